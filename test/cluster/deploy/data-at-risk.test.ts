import { ApiError } from '../../../cluster/api/api-error';
import type { Applied, ApplyOptions } from '../../../cluster/api/cluster';
import { describeLoss, refuseDataLoss, withMark } from '../../../cluster/deploy/data-at-risk';
import { CommandProblem } from '../../../cluster/problem';
import { ALLOW_ANNOTATION } from '../../../manifests/contract';
import { idOf, keyOf, type Manifest } from '../../../manifests/manifest';
import { MemoryCluster } from '../support/memory-cluster';
import { distOf, manifest } from '../support/objects';

const CLUSTER = 'postgres-operator.crunchydata.com/v1beta1 PostgresCluster cvat/my-postgres';
const cluster = (postgresVersion: number): Manifest =>
  manifest(CLUSTER, { contract: { holdsData: 'PostgreSQL my-postgres' }, spec: { postgresVersion } });
const { stages } = distOf({ '30-postgres': [cluster(16)] });
const ID = idOf(keyOf(cluster(15)));

/** An API server with data protection: it refuses also a dry run. */
class Guarded extends MemoryCluster {
  override async apply(object: Manifest, options: ApplyOptions = {}): Promise<Applied> {
    const live = await this.get(keyOf(object));
    if (live?.metadata.annotations?.[ALLOW_ANNOTATION] !== undefined) return super.apply(object, options);
    throw new ApiError(403, { message: `ValidatingAdmissionPolicy 'changes.data-protection.platform.kapernikov.com' denied request` });
  }
}

test.each([
  ['without the policy', new MemoryCluster(cluster(15))],
  ['with the policy', new Guarded(cluster(15))],
])('refuses a change that loses data before anything is written, %s', async (_what, live) => {
  const refusal = refuseDataLoss(live, stages, []);
  await expect(refusal).rejects.toThrow(CommandProblem);
  await expect(refusal).rejects.toMatchObject({ exitCode: 1 });
  await expect(refusal).rejects.toThrow(
    /^Nothing was applied.*\n {2}PostgresCluster cvat\/my-postgres\n {4}postgres-version=16: .*--allow postgres-version=16$/s,
  );
  expect(live.writes).toEqual([]);
});

test('says which changes each object needs to be marked for, when they are allowed', async () => {
  expect(await refuseDataLoss(new MemoryCluster(cluster(15)), stages, ['postgres-version=16'])).toEqual(
    new Map([[ID, ['postgres-version=16']]]),
  );
  await expect(refuseDataLoss(new MemoryCluster(cluster(15)), stages, ['postgres-version=17'])).rejects.toThrow('postgres-version=16');
});

test('finds nothing in an object that is new, or that does not change', async () => {
  expect(await refuseDataLoss(new MemoryCluster(), stages, [])).toEqual(new Map());
  expect(await refuseDataLoss(new MemoryCluster(cluster(16)), stages, [])).toEqual(new Map());
});

test('finds a Namespace that is no longer protected', async () => {
  const live = new MemoryCluster(manifest('v1 Namespace cvat', { contract: { holdsData: "CVAT's media" } }));
  const next = distOf({ '40-other': [manifest('v1 Namespace cvat', { metadata: { annotations: {} } })] }).stages;
  // A server-side apply removes annotations that it has set before and no longer sets; the memory cluster keeps them.
  live.apply = async (object) => ({
    object: { ...object, metadata: { uid: '', resourceVersion: '', ...object.metadata } },
    created: false,
  });
  await expect(refuseDataLoss(live, next, [])).rejects.toThrow('Namespace cvat\n    unprotect: ');
});

test('is judged by its manifest when the API server fails, and not when it refuses the object', async () => {
  const answering = (code: number): MemoryCluster => {
    const live = new MemoryCluster(cluster(15));
    live.apply = () => Promise.reject(new ApiError(code, { message: 'failed calling webhook' }));
    return live;
  };
  await expect(refuseDataLoss(answering(500), stages, [])).rejects.toThrow('postgres-version=16');
  expect(await refuseDataLoss(answering(422), stages, [])).toEqual(new Map());
});

describe('an object with a field that the CRD on the cluster does not declare', () => {
  const crdWith = (...fields: readonly string[]): Manifest => {
    const spec = { type: 'object', properties: Object.fromEntries(fields.map((name) => [name, { type: 'integer' }])) };
    const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } };
    const names = { kind: 'PostgresCluster', plural: 'postgresclusters' };
    const group = 'postgres-operator.crunchydata.com';
    const versions = [{ name: 'v1beta1', served: true, storage: true, schema }];
    return manifest(`apiextensions.k8s.io/v1 CustomResourceDefinition postgresclusters.${group}`, { spec: { group, names, versions } });
  };
  const withField = (postgresVersion: number): Manifest => ({ ...cluster(postgresVersion), spec: { postgresVersion, added: 1 } });
  const refused = (object: Manifest, crd: Manifest): ReturnType<typeof refuseDataLoss> => {
    const live = new MemoryCluster(cluster(15));
    live.apply = () => Promise.reject(new ApiError(500, { message: '.spec.added: field not declared in schema' }));
    return refuseDataLoss(live, distOf({ '20-crds': [crd], '30-postgres': [object] }).stages, []);
  };

  test('is judged by its manifest when the CRD of dist declares the field', async () => {
    expect(await refused(withField(15), crdWith('postgresVersion', 'added'))).toEqual(new Map());
    await expect(refused(withField(16), crdWith('postgresVersion', 'added'))).rejects.toThrow('postgres-version=16');
  });

  test('is refused otherwise', async () => {
    await expect(refused(withField(15), crdWith('postgresVersion'))).rejects.toThrow('spec.added: must be a field of CRD');
  });
});

describe('the mark of an allowed change', () => {
  const marks = (live: MemoryCluster): string[] => live.asked.flatMap((line) => /allow":(.*?)\}/.exec(line)?.[1] ?? []);

  test('is set before the apply and removed after it', async () => {
    const live = new Guarded(cluster(15));
    await withMark(live, keyOf(cluster(16)), ['postgres-version=16'], () => live.apply(cluster(16)));
    expect(marks(live)).toEqual(['"postgres-version=16"', 'null']);
    expect((await live.get(keyOf(cluster(16))))?.['spec']).toEqual({ postgresVersion: 16 });
  });

  test('is removed also when the apply fails', async () => {
    const live = new Guarded(cluster(15));
    await expect(withMark(live, keyOf(cluster(16)), ['restore'], () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(marks(live)).toEqual(['"restore"', 'null']);
  });

  test('is not set where nothing is to be allowed', async () => {
    const live = new MemoryCluster(cluster(15));
    await withMark(live, keyOf(cluster(15)), undefined, () => Promise.resolve());
    expect(live.writes).toEqual([]);
  });
});

test('a loss names the change, the safe way and the option that allows it', () => {
  expect(describeLoss({ object: 'X y', change: 'restore', lost: 'it is lost', instead: 'Do that' })).toBe(
    'restore: it is lost. Do that. To lose it nevertheless: npm run deploy -- --allow restore',
  );
});
