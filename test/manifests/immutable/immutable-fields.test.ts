import { immutableFields } from '../../../manifests/immutable/immutable-fields';
import type { Manifest } from '../../../manifests/manifest';
import { object } from '../../checks/support';

/** The fields, in both directions. */
function fields(apiVersion: string, kind: string, one: object, other: object): string[][] {
  const [before, after] = [one, other].map((content) => ({ ...object(apiVersion, kind, 'a/b'), ...content }) as Manifest);
  if (!before || !after) return [];
  return [immutableFields(before, after), immutableFields(after, before)].map((found) => found.map(({ field }) => field));
}

test.each([
  [
    'apps/v1',
    'Deployment',
    'spec.selector',
    { spec: { selector: { matchLabels: { a: '1' } } } },
    { spec: { selector: { matchLabels: { a: '2' } } } },
  ],
  ['apps/v1', 'StatefulSet', 'spec', { spec: { serviceName: 'a' } }, { spec: { serviceName: 'b' } }],
  ['batch/v1', 'Job', 'spec.template', { spec: { template: { spec: { nodeName: 'a' } } } }, { spec: { template: { spec: {} } } }],
  ['v1', 'PersistentVolumeClaim', 'spec', { spec: { accessModes: ['ReadWriteOnce'] } }, { spec: { accessModes: ['ReadWriteMany'] } }],
  ['v1', 'Secret', 'type', { type: 'Opaque' }, { type: 'kubernetes.io/tls' }],
  ['rbac.authorization.k8s.io/v1', 'RoleBinding', 'roleRef', { roleRef: { name: 'a' } }, { roleRef: { name: 'b' } }],
  ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'spec.scope', { spec: { scope: 'Cluster' } }, { spec: { scope: 'Namespaced' } }],
  ['kapernikov.com/v1', 'AppUser', 'spec.username', { spec: { username: 'john' } }, { spec: {} }],
])('%s %s: %s cannot change', (apiVersion, kind, field, one, other) => {
  expect(fields(apiVersion, kind, one, other)).toEqual([[field], [field]]);
});

test.each([
  ['apps/v1', 'Deployment', { spec: { replicas: 1 } }, { spec: { replicas: 2 } }],
  ['apps/v1', 'StatefulSet', { spec: { template: { spec: { nodeName: 'a' } } } }, { spec: { template: { spec: { nodeName: 'b' } } } }],
  [
    'batch/v1',
    'Job',
    { spec: { suspend: true, template: { spec: { nodeSelector: {} } } } },
    { spec: { suspend: true, template: { spec: {} } } },
  ],
  ['v1', 'ConfigMap', { data: { a: '1' } }, { data: { a: '2' } }],
  ['v1', 'Secret', {}, { type: 'Opaque' }],
  ['v1', 'Service', { spec: { clusterIP: '10.0.0.1' } }, { spec: { type: 'ExternalName' } }],
  ['example.org/v1', 'Job', { spec: { template: 1 } }, { spec: { template: 2 } }],
])('%s %s: %j and %j are accepted', (apiVersion, kind, one, other) => {
  expect(fields(apiVersion, kind, one, other)).toEqual([[], []]);
});

test('a claim can grow and not shrink', () => {
  const claim = (storage: string): object => ({ spec: { resources: { requests: { storage } } } });
  expect(fields('v1', 'PersistentVolumeClaim', claim('1Gi'), claim('2Gi'))).toEqual([[], ['spec.resources.requests.storage']]);
});

test('an object that says of itself that it is immutable stays so, and an ordinary one can become it', () => {
  const [plain, fixed] = [{ data: { a: 'MQ==' } }, { immutable: true, data: { a: 'MQ==' } }];
  expect(fields('v1', 'Secret', plain, fixed)).toEqual([[], ['immutable']]);
  expect(fields('v1', 'Secret', fixed, { immutable: true, stringData: { a: '1' } })).toEqual([[], []]);
  expect(fields('v1', 'Secret', fixed, { immutable: true, data: { a: 'Mg==' } })).toEqual([['data'], ['data']]);
});
