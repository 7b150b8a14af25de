import { type Manifest, keyOf } from '../../../manifests/manifest';
import { ENVIRONMENT_LABEL } from '../../../manifests/contract';
import { FIELD_MANAGER } from '../../../cluster/api/cluster';
import { ApiError } from '../../../cluster/api/api-error';
import { compare, type CompareOptions, type Comparison } from '../../../cluster/diff/compare';
import { Inventory } from '../../../cluster/inventory';
import refusals from '../../manifests/immutable/refusals.json';
import { distOf, manifest } from '../support/objects';
import { sessionOn, type TestSession } from '../support/session';

const ONE = manifest('v1 ConfigMap cvat/one', { data: { a: '1' } });

let session: TestSession;
beforeEach(() => (session = sessionOn()));

async function compared(objects: readonly Manifest[], options: Partial<CompareOptions> = {}): Promise<Comparison[]> {
  const dist = distOf({ '10-one': objects });
  session.cluster.asked.length = 0;
  const comparisons = await compare(session, dist, { stages: [], force: false, deleteData: false, ...options });
  expect(session.cluster.writes).toEqual([]);
  return comparisons;
}
const kinds = (comparisons: readonly Comparison[]): string[] => comparisons.map(({ object, difference }) => `${object} ${difference.kind}`);
const refuseWith = (error: Error): void => void jest.spyOn(session.cluster, 'apply').mockRejectedValue(error);

test('an object that is as dist says has no difference', async () => {
  session.cluster.put(ONE);
  expect(kinds(await compared([ONE]))).toEqual(['ConfigMap cvat/one none']);
});

test('sends no dry run for objects that deploy would not send: one list for each kind and namespace', async () => {
  const labels = { [ENVIRONMENT_LABEL]: 'local' };
  const objects = Array.from({ length: 50 }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `map-${index}`, namespace: 'cvat', labels },
    data: { a: '1' },
  }));
  const fieldsV1 = { 'f:data': { 'f:a': {} }, 'f:metadata': { 'f:labels': { [`f:${ENVIRONMENT_LABEL}`]: {} } } };
  const managedFields = [{ manager: FIELD_MANAGER, operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1 }];
  for (const object of objects) session.cluster.put({ ...object, metadata: { ...object.metadata, managedFields } } as Manifest);
  const comparisons = await compared(objects.map((object, index) => (index === 7 ? { ...object, data: { a: '2' } } : object)));
  expect(comparisons.filter(({ difference }) => difference.kind !== 'none').map(({ object }) => object)).toEqual(['ConfigMap cvat/map-7']);
  expect(session.cluster.asked.filter((request) => /^(dry run|get ConfigMap cvat)/.test(request))).toEqual([
    'dry run of ConfigMap cvat/map-7',
  ]);
  expect(session.cluster.asked.length).toBeLessThan(8);
});

test('reports by stage what is created, changed and no longer in dist', async () => {
  const [same, gone] = [manifest('v1 ConfigMap cvat/same'), manifest('v1 ConfigMap cvat/gone')];
  for (const object of [{ ...ONE, data: { a: '0' } }, same, gone]) session.cluster.put(object);
  await (
    await Inventory.read(session.cluster, 'local')
  ).add('05-old', [gone, same, manifest('v1 ConfigMap cvat/deleted-by-hand')].map(keyOf));
  const comparisons = await compared([ONE, same, manifest('v1 ConfigMap new')]);
  expect(kinds(comparisons)).toEqual([
    'ConfigMap cvat/one changed',
    'ConfigMap cvat/same none',
    'ConfigMap here/new created',
    'ConfigMap cvat/gone removed',
  ]);
  expect(comparisons[0]?.difference.text).toContain('-  a: "0"\n+  a: "1"');
  expect(comparisons.map(({ stage }) => stage)).toEqual(['10-one', '10-one', '10-one', '05-old']);
});

test('an environment is not compared with what is on the cluster of another', async () => {
  session.cluster.put(ONE);
  await (await Inventory.read(session.cluster, 'production')).add('10-one', [keyOf(ONE)]);
  await expect(compared([ONE])).rejects.toThrow('belongs to the environment "production", not to "local"');
});

test('reports objects that are no longer in dist only for the selected stages', async () => {
  const gone = manifest('v1 ConfigMap cvat/gone');
  session.cluster.put(gone);
  await (await Inventory.read(session.cluster, 'local')).add('05-old', [keyOf(gone)]);
  expect(kinds(await compared([ONE], { stages: ['one'] }))).toEqual(['ConfigMap cvat/one created']);
});

test('what dist has no longer but holds data is left over, and goes only with --delete-data', async () => {
  const volume = manifest('v1 PersistentVolumeClaim cvat/media');
  session.cluster.put(volume);
  await (await Inventory.read(session.cluster, 'local')).add('05-old', [keyOf(volume)]);
  const [, left] = await compared([ONE]);
  expect(left).toEqual({
    stage: '05-old',
    object: 'PersistentVolumeClaim cvat/media',
    difference: { kind: 'none', text: '' },
    leftOver: 'holds data: its volume',
  });
  expect((await compared([ONE], { deleteData: true }))[1]).toMatchObject({ difference: { kind: 'removed' } });
});

test('fields are taken over in the dry run where the deployment would', async () => {
  await compared([ONE], { force: true });
  expect(session.cluster.asked).toContain('dry run of ConfigMap cvat/one by force');
});

test('what is of a kind that only comes with the deployment is created, and not asked for', async () => {
  session.cluster.unserved.add('Widget');
  expect(kinds(await compared([manifest('example.org/v1 Widget cvat/one')]))).toEqual(['Widget cvat/one created']);
  expect(session.cluster.asked.join()).not.toContain('dry run of Widget');
});

test('what is in a namespace that only comes with the deployment is created', async () => {
  refuseWith(new ApiError(404, { reason: 'NotFound', message: 'namespaces "cvat" not found' }));
  expect(await compared([ONE])).toEqual([expect.objectContaining({ difference: expect.objectContaining({ kind: 'created' }) as object })]);
  expect((await compared([ONE]))[0]).not.toHaveProperty('refusal');
});

test('reports a refusal of the API server with the manifest and the remedy', async () => {
  const job = manifest('batch/v1 Job cvat/x', { spec: { image: 'b' } });
  session.cluster.put({ ...job, spec: { image: 'a', defaulted: true } });
  const { Job } = refusals as unknown as Record<'Job', { code: number; message: string }>;
  refuseWith(new ApiError(Job.code, Job));
  const [comparison] = await compared([job]);
  expect(comparison?.refusal).toBe(
    'spec.template: field is immutable. Delete the Job, and deploy creates and runs it again: kubectl -n cvat delete job x',
  );
  expect(comparison?.difference.text).toContain('-  image: a\n+  image: b');
  expect(comparison?.difference.text).not.toContain('-  defaulted');
});

test('reports another refusal with the message of the API server, also without a difference', async () => {
  session.cluster.put(ONE);
  refuseWith(new ApiError(403, { reason: 'Forbidden', message: 'you may not' }));
  expect(await compared([ONE])).toEqual([
    { stage: '10-one', object: 'ConfigMap cvat/one', difference: { kind: 'none', text: '' }, refusal: 'you may not' },
  ]);
});

test('what a kept object makes is kept by the same rules, and not shown as deleted', async () => {
  const secret = manifest('v1 Secret cvat/user');
  const maker = manifest('example.org/v1 Database cvat/db', {
    contract: { holdsData: 'rows', makes: [{ kind: 'Secret', namespace: 'cvat', name: 'user' }] },
  });
  for (const object of [secret, maker]) session.cluster.put(object);
  await (await Inventory.read(session.cluster, 'local')).add('05-old', [secret, maker].map(keyOf));
  const comparisons = await compared([ONE]);
  expect(comparisons.slice(1).map(({ object, difference, leftOver }) => [object, difference.kind, leftOver])).toEqual([
    ['Database cvat/db', 'none', 'holds data: rows'],
    ['Secret cvat/user', 'none', 'belongs to Database cvat/db, which is kept'],
  ]);
});

test('shows no defaults of the API server as removed in the lists of a refused object', async () => {
  const job = (image: string, defaults: object = {}): Manifest =>
    manifest('batch/v1 Job cvat/x', {
      spec: {
        containers: [
          { name: 'sidecar', image: 's', ...defaults },
          { name: 'main', image, ...defaults },
        ],
      },
    });
  session.cluster.put(job('a', { imagePullPolicy: 'Always' }));
  refuseWith(new ApiError(403, { reason: 'Forbidden', message: 'no' }));
  const [comparison] = await compared([job('b')]);
  expect(comparison?.difference.text.match(/^[-+] .*$/gm)).toEqual(['-    - image: a', '+    - image: b']);
});

test('has what the API server warns of where something would change', async () => {
  session.cluster.put(ONE);
  const apply = session.cluster.apply.bind(session.cluster);
  jest
    .spyOn(session.cluster, 'apply')
    .mockImplementation(async (object, options) => ({ ...(await apply(object, options)), warnings: ['it is deprecated'] }));
  expect((await compared([ONE]))[0]).not.toHaveProperty('warnings');
  expect((await compared([{ ...ONE, data: { a: '2' } }]))[0]).toMatchObject({ warnings: ['it is deprecated'] });
  expect((await compared([manifest('v1 ConfigMap cvat/new')]))[0]).toMatchObject({ warnings: ['it is deprecated'] });
});

test('lists a kept Namespace once, also when it is in two stages of the inventory', async () => {
  const namespace = manifest('v1 Namespace cvat', { contract: { holdsData: 'the photos' } });
  session.cluster.put(namespace);
  const inventory = await Inventory.read(session.cluster, 'local');
  for (const stage of ['05-old', '07-older']) await inventory.add(stage, [{ ...keyOf(namespace), note: 'created' }]);
  const left = (await compared([ONE])).slice(1);
  expect(left.map(({ object, leftOver }) => [object, leftOver])).toEqual([['Namespace cvat', 'holds data: the photos']]);
});

test('reports a change of a volume that was applied and is not in effect', async () => {
  const database = manifest('postgres-operator.crunchydata.com/v1beta1 PostgresCluster cvat/db');
  const resizing = {
    type: 'PersistentVolumeResizing',
    status: 'False',
    reason: 'Forbidden',
    message: 'only dynamically provisioned pvc can be resized',
  };
  session.cluster.put({ ...database, status: { conditions: [resizing] } });
  expect((await compared([database]))[0]).toMatchObject({
    difference: { kind: 'none' },
    notInEffect: expect.stringMatching(
      /^a volume cannot be resized \(Forbidden: only dynamically provisioned pvc can be resized\)\. Set the size back/,
    ) as string,
  });
});
