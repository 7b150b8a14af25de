import { type Manifest, keyOf } from '../../../manifests/manifest';
import type { ManagedFields } from '../../../cluster/objects/live-object';
import { ApiError } from '../../../cluster/api/api-error';
import { apply, Conflict } from '../../../cluster/deploy/apply';
import type { ApplyOptions } from '../../../cluster/api/cluster';
import { CLIENT_SIDE_APPLY } from '../../../cluster/objects/managed-fields';
import { MemoryCluster } from '../support/memory-cluster';
import { manifest } from '../support/objects';

const LABELS = { 'platform.kapernikov.com/environment': 'local' };
const ONE = manifest('v1 ConfigMap cvat/one', { data: { a: '1' }, metadata: { labels: LABELS } });
/** Where kubectl keeps what it has applied. */
const lastApplied = (labels: object): Record<string, string> => ({
  'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ metadata: { labels } }),
});

const entry = (manager: string, operation: 'Apply' | 'Update'): ManagedFields => ({
  manager,
  operation,
  apiVersion: 'v1',
  fieldsType: 'FieldsV1',
  fieldsV1: { 'f:data': { 'f:a': {} } },
});
const [KUBECTL, OURS] = [entry(CLIENT_SIDE_APPLY, 'Update'), entry('third-party-platform', 'Apply')];

/** The object as kubectl apply has left it. */
const by = (...managedFields: ManagedFields[]): Manifest =>
  manifest('v1 ConfigMap cvat/one', { data: { a: '1' }, metadata: { managedFields, labels: LABELS, annotations: lastApplied(LABELS) } });
const ofKubectl = by(KUBECTL);

/** As the API server says that others have set fields to something else. */
function conflict(...fields: readonly (readonly [field: string, owner: string])[]): ApiError {
  const causes = fields.map(([field, owner]) => ({
    reason: 'FieldManagerConflict',
    field,
    message: `conflict with "${owner}" using v1`,
  }));
  return new ApiError(409, { reason: 'Conflict', message: 'Apply failed', details: { causes } });
}

/** A cluster that returns a conflict while another manager owns the fields, unless the apply is forced. */
class Refusing extends MemoryCluster {
  refusal: ApiError | undefined;

  override async apply(object: Manifest, options: ApplyOptions = {}): ReturnType<MemoryCluster['apply']> {
    const owners = (await super.get(keyOf(object)))?.metadata.managedFields ?? [];
    if (this.refusal && !options.force && owners.some(({ manager }) => manager !== OURS.manager)) {
      this.asked.push('refused');
      throw this.refusal;
    }
    return super.apply(object, options);
  }
}

const managersOn = async (cluster: MemoryCluster): Promise<readonly ManagedFields[] | undefined> =>
  (await cluster.get(keyOf(ONE)))?.metadata.managedFields;

test('creates an object by one request', async () => {
  const cluster = new MemoryCluster();
  expect(await apply(cluster, ONE)).toMatchObject({ created: true, object: { data: { a: '1' } } });
  expect(cluster.asked).toEqual(['apply ConfigMap cvat/one']);
});

test('migrates the fields of a client-side apply and applies again, so that fields that are no longer in dist are removed', async () => {
  const cluster = new MemoryCluster(ofKubectl);
  expect(await apply(cluster, ONE)).toMatchObject({ created: false });
  expect(cluster.writes.map((write) => write.split(' [')[0])).toEqual([
    'apply ConfigMap cvat/one',
    'patch ConfigMap cvat/one',
    'apply ConfigMap cvat/one',
  ]);
  expect(await managersOn(cluster)).toEqual([OURS]);
});

test('migrates the fields of a client-side apply before a change that conflicts with them', async () => {
  const cluster = new Refusing(ofKubectl);
  cluster.refusal = conflict(['.data.a', CLIENT_SIDE_APPLY]);
  expect((await apply(cluster, { ...ONE, data: { a: '2' } })).object).toMatchObject({ data: { a: '2' } });
  expect(cluster.asked.map((write) => write.split(' [')[0])).toEqual([
    'get ConfigMap cvat/one',
    'refused',
    'get ConfigMap cvat/one',
    'patch ConfigMap cvat/one',
    'get ConfigMap cvat/one',
    'apply ConfigMap cvat/one',
  ]);
});

test('retries the migration when a controller writes at the same time', async () => {
  const cluster = new MemoryCluster(ofKubectl);
  const patch = cluster.patch.bind(cluster);
  const spy = jest.spyOn(cluster, 'patch').mockImplementationOnce((key, change) => {
    cluster.put({ ...ofKubectl, status: { by: 'another-manager' } });
    return patch(key, change);
  });
  await apply(cluster, ONE);
  expect(spy).toHaveBeenCalledTimes(2);
  expect(await managersOn(cluster)).toEqual([OURS]);
});

test('a dry run writes nothing and shows the result of the migration', async () => {
  const cluster = new Refusing(ofKubectl);
  await apply(cluster, ONE, { dryRun: true });
  cluster.refusal = conflict(['.data.a', CLIENT_SIDE_APPLY]);
  expect((await apply(cluster, { ...ONE, data: { a: '2' } }, { dryRun: true })).object).toMatchObject({ data: { a: '2' } });
  expect(cluster.writes).toEqual([]);
  cluster.refusal = conflict(['.data.a', CLIENT_SIDE_APPLY], ['.data.b', 'another-manager']);
  await expect(apply(cluster, ONE, { dryRun: true })).rejects.toBeInstanceOf(Conflict);
});

test('reports each conflicting field with its owner and changes none', async () => {
  const cluster = new Refusing(ofKubectl);
  cluster.refusal = conflict(['.spec.replicas', 'autoscaler'], ['.data.a', CLIENT_SIDE_APPLY], ['.data.b', 'a "person"']);
  const error = await apply(cluster, ONE).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Conflict);
  expect((error as Conflict).fields).toEqual([
    { field: '.spec.replicas', owner: 'autoscaler' },
    { field: '.data.a', owner: CLIENT_SIDE_APPLY },
    { field: '.data.b', owner: 'a ' },
  ]);
  cluster.refusal = conflict(['.spec.replicas', 'autoscaler']);
  await expect(apply(cluster, ONE)).rejects.toThrow(
    'a field has another value, set by another field manager: .spec.replicas by autoscaler. ' +
      'Set the same value in the environment, stop the other manager, or overwrite the fields with --force-conflicts',
  );
  expect(cluster.writes).toEqual([]);
});

test.each([
  ['kustomize-controller', 'Flux'],
  ['argocd-controller', 'Argo CD'],
])('says that fields of %s are in git', async (manager, controller) => {
  const cluster = new Refusing(ofKubectl);
  cluster.refusal = conflict(['.spec.replicas', manager]);
  await expect(apply(cluster, ONE)).rejects.toThrow(
    `.spec.replicas by ${manager}. ${controller} applies dist from git and reverts what deploy changes: push the change, or suspend it first and use --force-conflicts`,
  );
});

test('overwrites what Helm has set in a CRD, and nothing of others or in another kind', async () => {
  const managers = { managedFields: [entry('helm', 'Update')], labels: LABELS };
  const crd = manifest('apiextensions.k8s.io/v1 CustomResourceDefinition widgets.example.org', { metadata: managers, spec: {} });
  const cluster = new Refusing(crd, by(entry('helm', 'Update')));
  const change = { ...crd, metadata: { name: crd.metadata.name, labels: LABELS }, spec: { scope: 'Cluster' } };
  cluster.refusal = conflict(['.spec.versions', 'helm'], ['.spec.names', 'argocd-controller']);
  await expect(apply(cluster, change)).rejects.toBeInstanceOf(Conflict);
  cluster.refusal = conflict(['.spec.versions', 'helm'], ['.spec.names', 'helm-controller']);
  await expect(apply(cluster, { ...ONE, data: { a: '2' } })).rejects.toBeInstanceOf(Conflict);
  await apply(cluster, change);
  expect(cluster.writes).toEqual(['apply CustomResourceDefinition widgets.example.org by force']);
});

test('overwrites what Helm has set in a CRD that kubectl has applied from dist since', async () => {
  const metadata = { managedFields: [entry('helm', 'Update'), KUBECTL], labels: LABELS, annotations: lastApplied(LABELS) };
  const crd = manifest('apiextensions.k8s.io/v1 CustomResourceDefinition widgets.example.org', { metadata, spec: {} });
  const cluster = new Refusing(crd);
  cluster.refusal = conflict(['.spec.versions', 'helm'], ['.spec.versions', CLIENT_SIDE_APPLY]);
  await apply(cluster, { ...crd, metadata: { name: crd.metadata.name, labels: LABELS }, spec: { scope: 'Cluster' } });
  expect(cluster.writes.map((write) => write.split(' [')[0])).toEqual([
    'patch CustomResourceDefinition widgets.example.org',
    'apply CustomResourceDefinition widgets.example.org by force',
  ]);
});

test('overwrites conflicting fields with --force-conflicts', async () => {
  const cluster = new Refusing(by(entry('another-manager', 'Update')));
  cluster.refusal = conflict(['.data.a', 'another-manager']);
  await apply(cluster, { ...ONE, data: { a: '2' } }, { force: true });
  expect(cluster.writes).toEqual(['apply ConfigMap cvat/one by force']);
});

test('passes on another refusal unchanged', async () => {
  const cluster = new Refusing(ofKubectl);
  cluster.refusal = new ApiError(409, { reason: 'AlreadyExists', message: 'it is there' });
  await expect(apply(cluster, ONE)).rejects.toBe(cluster.refusal);
});

test('does not migrate fields that kubectl has applied from another source than dist', async () => {
  const theirs = manifest('v1 ConfigMap cvat/one', {
    data: { a: '1' },
    metadata: { managedFields: [KUBECTL], annotations: lastApplied({ team: 'platform' }) },
  });
  const cluster = new Refusing(theirs);
  await apply(cluster, ONE);
  expect(cluster.asked.filter((line) => line.startsWith('patch'))).toEqual([]);
  cluster.refusal = conflict(['.data.a', CLIENT_SIDE_APPLY]);
  cluster.put(theirs);
  await expect(apply(cluster, ONE)).rejects.toThrow('.data.a by kubectl-client-side-apply');
});

test('removes the annotation that allows deletion with data', async () => {
  const marked = manifest('v1 ConfigMap cvat/one', {
    data: { a: '1' },
    metadata: { annotations: { 'platform.kapernikov.com/delete': 'with-its-data' } },
  });
  const cluster = new MemoryCluster(marked);
  const { object } = await apply(cluster, ONE);
  expect(object.metadata.annotations ?? {}).not.toHaveProperty(['platform.kapernikov.com/delete']);
});
