import { secretData } from '../../../checks/rules/secret-data';
import { findings, object, secret } from '../support';

const REMEDY = 'Have an operator generate it, or declare it as a need of the installer (needs). If it was committed, replace the secret.';

test('reports secret data, encoded or not', () => {
  const plain = object('v1', 'Secret', 'cvat/plain', { stringData: { token: 'abc' } });
  expect(findings(secretData, secret('cvat/encoded', 'password', 'user'), plain)).toEqual([
    `Secret cvat/encoded data.password | must not be in dist/, which is committed: everyone who can read the repository can read it. | ${REMEDY}`,
    `Secret cvat/encoded data.user | must not be in dist/, which is committed: everyone who can read the repository can read it. | ${REMEDY}`,
    `Secret cvat/plain stringData.token | must not be in dist/, which is committed: everyone who can read the repository can read it. | ${REMEDY}`,
  ]);
});

test('accepts public keys, and a Secret without data', () => {
  expect(findings(secretData, secret('cvat/names', 'username', 'database'), secret('cvat/empty'), object('v1', 'Secret', 'none'))).toEqual(
    [],
  );
});

test('accepts exactly the public keys, in data and stringData', () => {
  expect(findings(secretData, object('v1', 'Secret', 'a', { stringData: { username: 'cvat' } }))).toEqual([]);
  expect(findings(secretData, secret('a', 'Username'))).toHaveLength(1);
});

test('ignores ConfigMaps, and the kind Secret of another group', () => {
  expect(findings(secretData, object('v1', 'ConfigMap', 'a', { data: { password: 'x' } }))).toEqual([]);
  expect(findings(secretData, object('example.org/v1', 'Secret', 'a', { data: { path: 'x' } }))).toEqual([]);
});
