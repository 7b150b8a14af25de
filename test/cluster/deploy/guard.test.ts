import { ApiError } from '../../../cluster/api/api-error';
import type { DeleteOptions, PatchOptions } from '../../../cluster/api/cluster';
import { GuardCheck, isDataProtection, releaseGuard } from '../../../cluster/deploy/guard';
import type { Unready } from '../../../cluster/deploy/wait-until-ready';
import { DELETE_ANNOTATION } from '../../../manifests/contract';
import { formatKey, keyOf, type Manifest, type ObjectKey } from '../../../manifests/manifest';
import type { LiveObject } from '../../../cluster/objects/live-object';
import { MemoryCluster } from '../support/memory-cluster';
import { manifest } from '../support/objects';
import { sessionOn } from '../support/session';

const FINALIZER = 'platform.kapernikov.com/guards-data';
const NAME = 'data-protection.platform.kapernikov.com';
const policyCalled = (name: string, ...finalizers: readonly string[]): Manifest =>
  manifest(`admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy ${name}`, { metadata: { finalizers } });
const policy = (...finalizers: readonly string[]): Manifest => policyCalled(NAME, ...finalizers);
const namespace = manifest('v1 Namespace cvat', { contract: { holdsData: "CVAT's media" } });
const secret = manifest('v1 Secret cvat/my-postgres-pguser-cvat', { contract: { neededBy: 'what connects as cvat' } });

const postgres = manifest('postgres-operator.crunchydata.com/v1beta1 PostgresCluster cvat/my-postgres', {
  contract: { holdsData: 'PostgreSQL my-postgres' },
});

const crd = manifest('apiextensions.k8s.io/v1 CustomResourceDefinition postgresclusters.postgres-operator.crunchydata.com', {
  contract: { holdsData: 'every PostgresCluster' },
});
const crdPolicy = policyCalled('crd-protection.platform.kapernikov.com', FINALIZER);

/** Refuses dry runs from some attempt on. */
class Protected extends MemoryCluster {
  readonly dryRuns: string[] = [];
  refusal = new ApiError(403, { message: "ValidatingAdmissionPolicy 'data-protection.platform.kapernikov.com' denied request" });

  constructor(
    private readonly inForceFrom: number,
    /** Dry runs that are never refused. */
    private readonly possible?: 'delete' | 'patch',
  ) {
    super(namespace, secret, postgres, crd);
  }

  override async delete(key: ObjectKey, options: DeleteOptions = {}): Promise<void> {
    if (!options.dryRun) return super.delete(key, options);
    this.judge('delete', key);
  }

  override async patch(key: ObjectKey, patch: object, options: PatchOptions = {}): Promise<LiveObject> {
    if (options.dryRun) this.judge('patch', key);
    return super.patch(key, patch, options);
  }

  private judge(verb: string, key: ObjectKey): void {
    this.dryRuns.push(`${verb} ${formatKey(key)}`);
    if (this.dryRuns.length >= this.inForceFrom && verb !== this.possible) throw this.refusal;
  }
}

const POLICIES = [policy(FINALIZER), policyCalled(`passwords.${NAME}`, FINALIZER), policyCalled(`changes.${NAME}`, FINALIZER)];
const GUARD = [...POLICIES, namespace, secret, postgres];

async function verify(
  cluster: Protected,
  objects: readonly Manifest[],
  check = new GuardCheck(sessionOn(cluster), GUARD),
): Promise<Unready[]> {
  const expected = await Promise.all(
    objects.map(async (each) => ({ manifest: each, object: (await cluster.get(keyOf(each))) ?? (each as LiveObject) })),
  );
  return check.verify('30-postgres', expected);
}

test('is in force when dry runs of a deletion, of that of a Secret and of a change are refused, and each is tried once', async () => {
  const cluster = new Protected(1);
  const check = new GuardCheck(sessionOn(cluster), GUARD);
  expect(await verify(cluster, [namespace, secret, postgres], check)).toEqual([]);
  expect(await verify(cluster, [namespace, secret, postgres], check)).toEqual([]);
  expect(cluster.dryRuns).toEqual([
    'delete Namespace cvat',
    'delete Secret cvat/my-postgres-pguser-cvat',
    'patch PostgresCluster cvat/my-postgres',
  ]);
  expect(cluster.writes).toEqual([]);
});

test('waits until the policy takes effect', async () => {
  const cluster = new Protected(4);
  expect(await verify(cluster, [namespace])).toEqual([]);
  expect(cluster.dryRuns).toHaveLength(4);
});

test.each([
  ['a deletion', 'delete', namespace, 'Namespace cvat could be deleted'],
  ['the deletion of a Secret', 'delete', secret, 'Secret cvat/my-postgres-pguser-cvat could be deleted'],
  ['a change', 'patch', postgres, 'PostgresCluster cvat/my-postgres could be changed so that data is lost'],
] as const)('is reported as not in force when %s would be allowed for longer than that', async (_what, possible, object, reason) => {
  const [unready, ...others] = await verify(new Protected(1, possible), [object]);
  expect(others).toEqual([]);
  expect(unready).toMatchObject({ state: 'failed', reason: expect.stringContaining(`is not in force: ${reason}.`) as string });
});

test("PGO's CRDs are protected where there is no data protection, and nothing else is tried then", async () => {
  const cluster = new Protected(1);
  cluster.refusal = new ApiError(403, { message: "ValidatingAdmissionPolicy 'crd-protection.platform.kapernikov.com' denied request" });
  const check = new GuardCheck(sessionOn(cluster), [crdPolicy, crd, namespace, secret, postgres]);
  expect(await verify(cluster, [crd, namespace, secret, postgres], check)).toEqual([]);
  expect(cluster.dryRuns).toEqual(['delete CustomResourceDefinition postgresclusters.postgres-operator.crunchydata.com']);
});

test("PGO's CRDs are reported when they could be deleted", async () => {
  const cluster = new Protected(1, 'delete');
  expect(await verify(cluster, [crd], new GuardCheck(sessionOn(cluster), [crdPolicy, crd]))).toEqual([
    {
      object: 'ValidatingAdmissionPolicy crd-protection.platform.kapernikov.com',
      state: 'failed',
      reason: expect.stringContaining('is not in force: CustomResourceDefinition postgresclusters') as string,
    },
  ]);
});

test('is not tried with an object that is marked: the mark allows it', async () => {
  const cluster = new Protected(1);
  const marked = { ...namespace, metadata: { ...namespace.metadata, annotations: { [DELETE_ANNOTATION]: 'with-its-data' } } };
  cluster.put(marked);
  expect(await verify(cluster, [namespace, secret])).toEqual([]);
  expect(cluster.dryRuns).toEqual(['delete Secret cvat/my-postgres-pguser-cvat']);
});

test('is not verified without the right to delete, which a note says', async () => {
  const cluster = new Protected(1);
  cluster.refusal = new ApiError(403, { message: 'namespaces "cvat" is forbidden: User "jane" cannot delete resource "namespaces"' });
  const session = sessionOn(cluster);
  expect(await verify(cluster, [namespace], new GuardCheck(session, GUARD))).toEqual([]);
  expect(session.reporter.lines).toEqual(['note data protection was not verified: you are not allowed to delete Namespace cvat']);
});

test('nothing is tried without data protection, or where nothing is protected', async () => {
  const cluster = new Protected(1);
  expect(await verify(cluster, [namespace], new GuardCheck(sessionOn(cluster), [namespace, secret]))).toEqual([]);
  expect(await verify(cluster, [policy(FINALIZER)])).toEqual([]);
  expect(cluster.dryRuns).toEqual([]);
});

test('its own finalizer is removed, others stay, and other objects are left alone', async () => {
  const cluster = new MemoryCluster(policy(FINALIZER, 'example.org/other'), namespace);
  const live = async (object: Manifest): Promise<LiveObject> => (await cluster.get(keyOf(object))) as LiveObject;
  await releaseGuard(cluster, await live(policy()));
  expect((await live(policy())).metadata.finalizers).toEqual(['example.org/other']);
  await releaseGuard(cluster, await live(namespace));
  expect(cluster.writes).toHaveLength(1);
  expect([policy(FINALIZER), policy(), namespace].map(isDataProtection)).toEqual([true, false, false]);
});
