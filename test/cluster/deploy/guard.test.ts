import { ApiError } from '../../../cluster/api/api-error';
import type { DeleteOptions } from '../../../cluster/api/cluster';
import { GuardCheck, isDataProtection, releaseGuard } from '../../../cluster/deploy/guard';
import { formatKey, keyOf, type Manifest, type ObjectKey } from '../../../manifests/manifest';
import type { LiveObject } from '../../../cluster/objects/live-object';
import { MemoryCluster } from '../support/memory-cluster';
import { manifest } from '../support/objects';
import { sessionOn } from '../support/session';

const FINALIZER = 'platform.kapernikov.com/guards-data';
const policy = (...finalizers: readonly string[]): Manifest =>
  manifest('admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy data-protection.platform.kapernikov.com', {
    metadata: { finalizers },
  });
const namespace = manifest('v1 Namespace cvat', { contract: { holdsData: "CVAT's media" } });
const secret = manifest('v1 Secret cvat/my-postgres-pguser-cvat', { contract: { neededBy: 'what connects as cvat' } });

/** Refuses a dry-run deletion from some attempt on. */
class Protected extends MemoryCluster {
  readonly dryRuns: string[] = [];
  refusal = new ApiError(403, { message: "ValidatingAdmissionPolicy 'data-protection.platform.kapernikov.com' denied request" });

  constructor(private readonly inForceFrom: number) {
    super(namespace, secret);
  }

  override async delete(key: ObjectKey, options: DeleteOptions = {}): Promise<void> {
    if (!options.dryRun) return super.delete(key, options);
    this.dryRuns.push(formatKey(key));
    if (this.dryRuns.length >= this.inForceFrom) throw this.refusal;
  }
}

const GUARD = [policy(FINALIZER), namespace, secret];

test('is in force when a dry-run delete is refused, of a Secret too, and each is tried once', async () => {
  const cluster = new Protected(1);
  const check = new GuardCheck(sessionOn(cluster), GUARD);
  expect(await check.verify('30-postgres', [namespace, secret])).toEqual([]);
  expect(await check.verify('50-cvat', [namespace, secret])).toEqual([]);
  expect(cluster.dryRuns).toEqual(['Namespace cvat', 'Secret cvat/my-postgres-pguser-cvat']);
});

test('waits until the policy takes effect', async () => {
  const cluster = new Protected(4);
  expect(await new GuardCheck(sessionOn(cluster), GUARD).verify('30-postgres', [namespace])).toEqual([]);
  expect(cluster.dryRuns).toHaveLength(4);
});

test('is reported as not in force when a deletion would be allowed for longer than that', async () => {
  const [unready, ...others] = await new GuardCheck(sessionOn(new Protected(Infinity)), GUARD).verify('30-postgres', [namespace]);
  expect(others).toEqual([]);
  expect(unready).toMatchObject({
    state: 'failed',
    reason: expect.stringMatching(/^is not in force: Namespace cvat could be deleted\./) as string,
  });
});

test('is not verified without the right to delete, which a note says', async () => {
  const cluster = new Protected(1);
  cluster.refusal = new ApiError(403, { message: 'namespaces "cvat" is forbidden: User "jane" cannot delete resource "namespaces"' });
  const session = sessionOn(cluster);
  expect(await new GuardCheck(session, GUARD).verify('30-postgres', [namespace])).toEqual([]);
  expect(session.reporter.lines).toEqual(['note data protection was not verified: you are not allowed to delete Namespace cvat']);
});

test('nothing is tried without data protection, or where nothing is protected', async () => {
  const cluster = new Protected(1);
  expect(await new GuardCheck(sessionOn(cluster), [namespace, secret]).verify('30-postgres', [namespace])).toEqual([]);
  expect(await new GuardCheck(sessionOn(cluster), GUARD).verify('30-postgres', [policy(FINALIZER)])).toEqual([]);
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
