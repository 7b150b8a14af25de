import type { Contract } from '../../../manifests/contract';
import type { Manifest } from '../../../manifests/manifest';
import { missingReference } from '../../../checks/rules/missing-reference';
import { deployment, findings, helmChart, object, secret } from '../support';

const readsPassword = deployment({ env: [{ name: 'P', valueFrom: { secretKeyRef: { name: 'database', key: 'password' } } }] });
const ADD = 'Add it, or declare it in `makes` or `needs`.';
const FIELD = 'spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef Secret database';

test('reports an object that is not created', () => {
  expect(findings(missingReference, readsPassword)).toEqual([
    `Deployment program ${FIELD} | must be a Secret that this environment creates; got "database". | ${ADD}`,
  ]);
});

test('suggests a similar name', () => {
  expect(findings(missingReference, readsPassword, secret('databse', 'password'))).toEqual([
    `Deployment program ${FIELD} | must be a Secret that this environment creates; got "database". | Did you mean Secret databse?`,
  ]);
});

test('reports a key that the object does not have', () => {
  expect(findings(missingReference, readsPassword, secret('database', 'user'))).toEqual([
    `Deployment program ${FIELD} | must be a Secret with the key "password"; it has other keys. | Use one of its keys, or add this key.`,
  ]);
});

test('reports a key of an object without declared keys', () => {
  expect(findings(missingReference, readsPassword, secret('database'))).toEqual([
    `Deployment program ${FIELD} | must be a Secret that is known to contain the key "password"; none of its keys are declared. | Add the key to \`makes\` or \`needs\` where it is declared.`,
  ]);
});

test('accepts objects of dist/, `makes` and `needs`, with the keys of all of them', () => {
  const made = { kind: 'Secret', name: 'database', keys: ['password'] };
  const by = (contract: Contract): ReturnType<typeof object> => object('v1', 'ConfigMap', 'a', {}, contract);
  expect(findings(missingReference, readsPassword, secret('database', 'password'))).toEqual([]);
  expect(findings(missingReference, readsPassword, by({ makes: [made] }))).toEqual([]);
  expect(findings(missingReference, readsPassword, by({ makes: [made] }), secret('database', 'user'))).toEqual([]);
  expect(findings(missingReference, readsPassword, by({ needs: [{ ...made, remedy: 'kubectl create secret' }] }))).toEqual([]);
});

test('distinguishes objects by namespace', () => {
  expect(findings(missingReference, readsPassword, secret('other/database', 'password'))).toHaveLength(1);
});

test('reports a missing object once for an object', () => {
  const containers = [1, 2].map((number) => ({ name: `c${number}`, envFrom: [{ secretRef: { name: 'database' } }] }));
  expect(findings(missingReference, deployment({}, { containers }))).toHaveLength(1);
});

test("reports once what a chart's values and its contract both read", () => {
  const reads = [{ kind: 'Secret', namespace: 'apps', name: 'database', keys: ['password'] }];
  expect(findings(missingReference, helmChart({ valuesContent: 'existingSecret: database' }, { reads }))).toEqual([
    'HelmChart kube-system/release spec.valuesContent: existingSecret Secret apps/database | must be a Secret that this environment creates; got "database". | Add it, or declare it in `makes` or `needs`.',
  ]);
});

test('reports references that only the contract declares', () => {
  expect(findings(missingReference, helmChart({}, { reads: [{ kind: 'Service', namespace: 'cvat', name: 'database' }] }))).toEqual([
    'HelmChart kube-system/release values Service cvat/database | must be a Service that this environment creates; got "database". | Add it, or declare it in `makes` or `needs`.',
  ]);
});

test('accepts missing optional objects', () => {
  const optional = { name: 'database', optional: true };
  const env = [{ name: 'P', valueFrom: { secretKeyRef: { ...optional, key: 'password' } } }];
  const volumes = [{ name: 'a', secret: { secretName: 'database', optional: true } }];
  expect(findings(missingReference, deployment({ env, envFrom: [{ secretRef: optional }] }, { volumes }))).toEqual([]);
});

test('accepts the objects that every namespace or cluster has', () => {
  const volumes = [{ name: 'a', configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } }];
  const env = [{ name: 'A', value: 'https://kubernetes.default.svc' }];
  expect(findings(missingReference, deployment({ env }, { volumes, serviceAccountName: 'default' }))).toEqual([]);
  expect(
    findings(missingReference, deployment({}, { volumes: [{ configMap: { name: 'kube-root-ca.crt', items: [{ key: 'x' }] } }] })),
  ).toHaveLength(1);
});

test('accepts the Role that every cluster has for aggregated API servers', () => {
  const binding = (name: string): Manifest => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'metrics-server', namespace: 'kube-system' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [],
  });
  expect(findings(missingReference, binding('extension-apiserver-authentication-reader'))).toEqual([]);
  expect(findings(missingReference, binding('extension-apiserver'))).toHaveLength(1);
});

test('suggests at most 100 names', () => {
  const wrong = Array.from({ length: 150 }, (_, index) => deployment({ envFrom: [{ secretRef: { name: `database${index}` } }] }));
  const found = findings(missingReference, ...wrong, secret('database'));
  expect(found).toHaveLength(150);
  expect(found.filter((text) => text.endsWith('Did you mean Secret database?'))).toHaveLength(100);
});
