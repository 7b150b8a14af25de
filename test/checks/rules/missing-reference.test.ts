import type { Contract } from '../../../manifests/contract';
import { missingReference } from '../../../checks/rules/missing-reference';
import { deployment, findings, helmChart, object, secret } from '../support';

const readsPassword = deployment({ env: [{ name: 'P', valueFrom: { secretKeyRef: { name: 'database', key: 'password' } } }] });
const FIELD = 'spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef Secret database';

test('what nothing makes is found', () => {
  expect(findings(missingReference, readsPassword)).toEqual([
    `Deployment program ${FIELD} | nothing makes this Secret. | Add it, or say who makes it.`,
  ]);
});

test('the nearest name is named', () => {
  expect(findings(missingReference, readsPassword, secret('databse', 'password'))).toEqual([
    `Deployment program ${FIELD} | nothing makes this Secret. | There is Secret databse.`,
  ]);
});

test('a key that it does not have is found', () => {
  expect(findings(missingReference, readsPassword, secret('database', 'user'))).toEqual([
    `Deployment program ${FIELD} | this Secret has no key "password". | Use a key that it has, or add this one.`,
  ]);
});

test('a key that nobody has spoken of is found', () => {
  expect(findings(missingReference, readsPassword, secret('database'))).toEqual([
    `Deployment program ${FIELD} | nobody says that this Secret has the key "password". | Name its keys where it is made or asked for.`,
  ]);
});

test('an object in dist, one that is made, and one that the installer is asked for are there; their keys add up', () => {
  const made = { kind: 'Secret', name: 'database', keys: ['password'] };
  const by = (contract: Contract): ReturnType<typeof object> => object('v1', 'ConfigMap', 'a', {}, contract);
  expect(findings(missingReference, readsPassword, secret('database', 'password'))).toEqual([]);
  expect(findings(missingReference, readsPassword, by({ makes: [made] }))).toEqual([]);
  expect(findings(missingReference, readsPassword, by({ makes: [made] }), secret('database', 'user'))).toEqual([]);
  expect(findings(missingReference, readsPassword, by({ needs: [{ ...made, remedy: 'kubectl create secret' }] }))).toEqual([]);
});

test('an object of that name in another namespace is another object', () => {
  expect(findings(missingReference, readsPassword, secret('other/database', 'password'))).toHaveLength(1);
});

test('what is missing once is told once for an object', () => {
  const containers = [1, 2].map((number) => ({ name: `c${number}`, envFrom: [{ secretRef: { name: 'database' } }] }));
  expect(findings(missingReference, deployment({}, { containers }))).toHaveLength(1);
});

test("what a chart's values and its contract both read is told once", () => {
  const reads = [{ kind: 'Secret', namespace: 'apps', name: 'database', keys: ['password'] }];
  expect(findings(missingReference, helmChart({ valuesContent: 'existingSecret: database' }, { reads }))).toEqual([
    'HelmChart kube-system/release spec.valuesContent: existingSecret Secret apps/database | nothing makes this Secret. | Add it, or say who makes it.',
  ]);
});

test('what only the contract knows is found', () => {
  expect(findings(missingReference, helmChart({}, { reads: [{ kind: 'Service', namespace: 'cvat', name: 'database' }] }))).toEqual([
    'HelmChart kube-system/release values Service cvat/database | nothing makes this Service. | Add it, or say who makes it.',
  ]);
});

test('what is optional may be missing', () => {
  const optional = { name: 'database', optional: true };
  const env = [{ name: 'P', valueFrom: { secretKeyRef: { ...optional, key: 'password' } } }];
  const volumes = [{ name: 'a', secret: { secretName: 'database', optional: true } }];
  expect(findings(missingReference, deployment({ env, envFrom: [{ secretRef: optional }] }, { volumes }))).toEqual([]);
});

test('every namespace has a ServiceAccount and a certificate, and every cluster an API', () => {
  const volumes = [{ name: 'a', configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } }];
  const env = [{ name: 'A', value: 'https://kubernetes.default.svc' }];
  expect(findings(missingReference, deployment({ env }, { volumes, serviceAccountName: 'default' }))).toEqual([]);
  expect(
    findings(missingReference, deployment({}, { volumes: [{ configMap: { name: 'kube-root-ca.crt', items: [{ key: 'x' }] } }] })),
  ).toHaveLength(1);
});

test('hints are given up where nearly everything is wrong', () => {
  const wrong = Array.from({ length: 150 }, (_, index) => deployment({ envFrom: [{ secretRef: { name: `database${index}` } }] }));
  const found = findings(missingReference, ...wrong, secret('database'));
  expect(found).toHaveLength(150);
  expect(found.filter((text) => text.endsWith('There is Secret database.'))).toHaveLength(100);
});
