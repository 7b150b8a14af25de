import { remedyOf } from '../../../manifests/immutable/remedy';
import type { Manifest } from '../../../manifests/manifest';
import { HOLDS_DATA_ANNOTATION } from '../../../manifests/contract';

function object(apiVersion: string, kind: string, namespace?: string, annotations?: Record<string, string>): Manifest {
  return { apiVersion, kind, metadata: { name: 'one', ...(namespace && { namespace }), ...(annotations && { annotations }) } };
}

const at = (field: string): [{ field: string; message: string }] => [{ field, message: 'field is immutable' }];

test('advises to delete a Job, which deploy then creates and runs again', () => {
  expect(remedyOf(object('batch/v1', 'Job', 'cvat'), at('spec.template'))).toBe(
    'Delete the Job, and deploy creates and runs it again: kubectl -n cvat delete job one',
  );
});

test('a StatefulSet is deleted without its Pods', () => {
  expect(remedyOf(object('apps/v1', 'StatefulSet', 'cvat'), at('spec'))).toContain(
    'kubectl -n cvat delete statefulset one --cascade=orphan',
  );
});

test('a Deployment is deleted with its Pods: with another selector the new one would not take them', () => {
  const advice = remedyOf(object('apps/v1', 'Deployment', 'cvat'), at('spec.selector'));
  expect(advice).toContain('kubectl -n cvat delete deployment one');
  expect(advice).not.toContain('orphan');
});

test('rights and storage classes are deleted, with what that means', () => {
  expect(remedyOf(object('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding'), at('roleRef'))).toBe(
    'Delete it, and deploy creates it again; its subjects do not have these rights in between: kubectl delete clusterrolebinding one',
  );
  expect(remedyOf(object('storage.k8s.io/v1', 'StorageClass'), at('parameters'))).toContain('volumes that exist stay');
});

test('of another kind, the field is put back or the object deleted by hand', () => {
  expect(remedyOf(object('kapernikov.com/v1', 'AppUser', 'cvat'), at('spec'))).toBe(
    'Put spec back as it is on the cluster, or delete AppUser cvat/one by hand with all that belongs to it, and deploy creates it again: kubectl -n cvat delete appuser.kapernikov.com one',
  );
});

test.each([
  object('v1', 'PersistentVolumeClaim', 'cvat'),
  object('postgres-operator.crunchydata.com/v1beta1', 'PostgresCluster', 'cvat'),
  object('v1', 'Namespace'),
  object('v1', 'PersistentVolume'),
  object('apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
  object('v1', 'Secret', 'cvat'),
  object('apps/v1', 'StatefulSet', 'cvat', { [HOLDS_DATA_ANNOTATION]: "CVAT's media" }),
  object('batch/v1', 'Job', 'cvat', { [HOLDS_DATA_ANNOTATION]: 'a database' }),
])('$kind with $metadata.annotations is never advised to be deleted', (one) => {
  const advice = remedyOf(one, at('spec'));
  expect(advice).toContain('Put spec back as it is on the cluster');
  expect(advice).not.toContain('kubectl');
});

test('an object that holds data says whose, and a database where its way out is described', () => {
  expect(remedyOf(object('v1', 'Namespace', undefined, { [HOLDS_DATA_ANNOTATION]: "CVAT's media" }), at('spec'))).toContain(
    "Do not delete Namespace one: CVAT's media would be deleted, too.",
  );
  expect(remedyOf(object('postgres-operator.crunchydata.com/v1beta1', 'PostgresCluster', 'cvat'), at('spec'))).toContain('docs/backups.md');
});

test('every field is named once', () => {
  expect(remedyOf(object('v1', 'Secret', 'cvat'), [...at('type'), ...at('data'), ...at('type')])).toContain('Put type, data back');
});
