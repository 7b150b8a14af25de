import { secretData } from '../../../checks/rules/secret-data';
import { findings, object, secret } from '../support';

const REMEDY = 'Let an operator make it, or ask the installer for it (needs); if it has been committed, replace it.';

test('a secret in dist is found, encoded or not', () => {
  const plain = object('v1', 'Secret', 'cvat/plain', { stringData: { token: 'abc' } });
  expect(findings(secretData, secret('cvat/encoded', 'password', 'user'), plain)).toEqual([
    `Secret cvat/encoded data.password | whoever can read this repository can read "password". | ${REMEDY}`,
    `Secret cvat/encoded data.user | whoever can read this repository can read "user". | ${REMEDY}`,
    `Secret cvat/plain stringData.token | whoever can read this repository can read "token". | ${REMEDY}`,
  ]);
});

test('public names, and a Secret that somebody else fills, are no secrets', () => {
  expect(findings(secretData, secret('cvat/names', 'username', 'database'), secret('cvat/empty'), object('v1', 'Secret', 'none'))).toEqual(
    [],
  );
});

test('public names are public in both places, and only with exactly these names', () => {
  expect(findings(secretData, object('v1', 'Secret', 'a', { stringData: { username: 'cvat' } }))).toEqual([]);
  expect(findings(secretData, secret('a', 'Username'))).toHaveLength(1);
});

test('a ConfigMap and a kind of another group that is called Secret are none', () => {
  expect(findings(secretData, object('v1', 'ConfigMap', 'a', { data: { password: 'x' } }))).toEqual([]);
  expect(findings(secretData, object('example.org/v1', 'Secret', 'a', { data: { path: 'x' } }))).toEqual([]);
});
