import { condition, live, stateOf } from './support';

describe('a PersistentVolumeClaim', () => {
  const claim = (status: object, spec: object = { storageClassName: 'local-path' }, annotations = {}): Promise<string> =>
    stateOf(live('v1 PersistentVolumeClaim', { spec, status, annotations }), [LOCAL_PATH, IMMEDIATE]);
  const LOCAL_PATH = live('storage.k8s.io/v1 StorageClass', {
    namespace: '',
    name: 'local-path',
    annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    volumeBindingMode: 'WaitForFirstConsumer',
  });
  const IMMEDIATE = live('storage.k8s.io/v1 StorageClass', { namespace: '', name: 'shared', volumeBindingMode: 'Immediate' });
  const PENDING = { phase: 'Pending' };

  test('is ready when it is bound', async () => {
    expect(await claim({ phase: 'Bound' })).toBe('ready');
  });

  test('is ready while it waits for its first consumer, by its own StorageClass or the default one', async () => {
    expect(await claim(PENDING)).toBe('ready');
    expect(await claim(PENDING, {})).toBe('ready');
  });

  test('waits for its volume when a pod uses it, or when it names the volume', async () => {
    expect(await claim(PENDING, {}, { 'volume.kubernetes.io/selected-node': 'node' })).toBe('waiting: waits for its volume');
    expect(await claim(PENDING, { storageClassName: 'local-path', volumeName: 'mine' })).toBe('waiting: waits for its volume');
    expect(await claim(PENDING, { storageClassName: 'shared' })).toBe('waiting: waits for its volume');
  });

  test.each(['', 'unknown'])('waits when its StorageClass "%s" does not exist', async (storageClassName) => {
    expect(await claim(PENDING, { storageClassName })).toBe('waiting: waits for a volume; its StorageClass is not found');
  });

  test('has failed when its volume is lost', async () => {
    expect(await claim({ phase: 'Lost' })).toBe('failed: its PersistentVolume no longer exists');
  });
});

describe('a CustomResourceDefinition', () => {
  const crd = (...conditions: object[]): Promise<string> =>
    stateOf(live('apiextensions.k8s.io/v1 CustomResourceDefinition', { namespace: '', status: { conditions } }));

  test('is ready when it is established', async () => {
    expect(await crd(condition('NamesAccepted', 'True'), condition('Established', 'True'))).toBe('ready');
    expect(await crd(condition('Established', 'False', { reason: 'Installing' }))).toBe('waiting: is not established yet');
    expect(await crd()).toBe('waiting: is not established yet');
  });

  test('has failed when another has its names', async () => {
    const message = '"Widget" is already in use';
    expect(await crd(condition('NamesAccepted', 'False', { message }), condition('Established', 'False'))).toBe(`failed: ${message}`);
  });
});

describe('an HTTPRoute', () => {
  const PUBLIC = { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'public', namespace: 'gateways', sectionName: 'https' };
  const INNER = { name: 'inner' };
  const route = (parents: object[], parentRefs: object[] = [PUBLIC]): Promise<string> =>
    stateOf(live('gateway.networking.k8s.io/v1 HTTPRoute', { spec: { parentRefs }, status: { parents } }));
  const answer = (parentRef: object, status: 'True' | 'False' = 'True', type = 'Accepted', observedGeneration = 2): object => ({
    parentRef,
    conditions: [condition('Accepted', 'True', { observedGeneration }), condition(type, status, { message: 'No.', observedGeneration })],
  });

  test('is ready when every Gateway that it names has accepted it', async () => {
    expect(await route([answer(PUBLIC)])).toBe('ready');
    expect(await route([answer(PUBLIC), answer(INNER)], [PUBLIC, INNER])).toBe('ready');
  });

  test('waits for a Gateway without a condition of this generation, and names it', async () => {
    expect(await route([])).toBe('waiting: Gateway gateways/public has not accepted it yet');
    expect(await route([answer(PUBLIC, 'True', 'Accepted', 1)])).toBe('waiting: Gateway gateways/public has not accepted it yet');
    expect(await route([answer(PUBLIC)], [PUBLIC, INNER])).toBe('waiting: Gateway cvat/inner has not accepted it yet');
  });

  test('waits when a Gateway does not accept it or does not resolve its backends, and reports why', async () => {
    expect(await route([answer(PUBLIC, 'False')])).toBe('waiting: Gateway gateways/public: No');
    expect(await route([answer(PUBLIC, 'False', 'ResolvedRefs')])).toBe('waiting: Gateway gateways/public: No');
  });
});

describe('an APIService', () => {
  const service = (...conditions: object[]): Promise<string> =>
    stateOf(live('apiregistration.k8s.io/v1 APIService', { namespace: '', status: { conditions } }));

  test('is ready when it is available', async () => {
    expect(await service(condition('Available', 'True'))).toBe('ready');
    expect(await service(condition('Available', 'False', { reason: 'MissingEndpoints' }))).toBe('waiting: MissingEndpoints');
    expect(await service()).toBe('waiting: is not available yet');
  });
});

test.each(['Certificate', 'Issuer', 'ClusterIssuer'])('a %s is ready when its Ready condition of this generation is true', async (kind) => {
  const certificate = (...conditions: object[]): Promise<string> => stateOf(live(`cert-manager.io/v1 ${kind}`, { status: { conditions } }));
  expect(await certificate()).toMatch(/^waiting/);
  expect(await certificate(condition('Ready', 'True', { observedGeneration: 1 }))).toMatch(/^waiting/);
  expect(await certificate(condition('Ready', 'True', { observedGeneration: 2 }))).toBe('ready');
  expect(await certificate(condition('Ready', 'False', { message: 'Issuing certificate as Secret does not exist' }))).toBe(
    'waiting: Issuing certificate as Secret does not exist',
  );
});

describe('an object of any other kind', () => {
  const other = (status?: object): Promise<string> => stateOf(live('example.org/v1 Other', { ...(status && { status }) }));

  test('is ready when it exists', async () => {
    expect(await other()).toBe('ready');
    expect(await stateOf(live('v1 Service', { spec: { type: 'LoadBalancer' }, status: { loadBalancer: {} } }))).toBe('ready');
    expect(await stateOf(live('v1 Namespace', { status: { phase: 'Active' } }))).toBe('ready');
  });

  test('waits while its controller has observed an older generation only', async () => {
    expect(await other({ observedGeneration: 1 })).toBe('waiting: its controller has not observed the last change yet');
    expect(await other({ observedGeneration: 2 })).toBe('ready');
  });

  test('is ready by its Ready condition, if it has one', async () => {
    expect(await other({ conditions: [condition('Ready', 'True')] })).toBe('ready');
    expect(await other({ conditions: [condition('Ready', 'Unknown', { message: 'Looking.\nMore.' })] })).toBe('waiting: Looking');
    expect(await other({ observedGeneration: 1, conditions: [condition('Ready', 'True')] })).toMatch(/^waiting/);
  });

  test('waits while it is Reconciling, and has failed when it is Stalled', async () => {
    expect(await other({ conditions: [condition('Reconciling', 'True', { reason: 'Busy' })] })).toBe('waiting: Busy');
    expect(await other({ conditions: [condition('Stalled', 'True', { message: 'I give up.' })] })).toBe('failed: I give up');
    expect(await other({ conditions: [condition('Stalled', 'False')] })).toBe('ready');
  });
});

test('an object that is being deleted is waited for', async () => {
  const more = { deletionTimestamp: '2026-11-23T10:00:00Z' };
  expect(await stateOf(live('v1 ConfigMap', { more }))).toBe('waiting: is being deleted');
  expect(await stateOf(live('batch/v1 Job', { more, status: { conditions: [condition('Failed', 'True')] } }))).toBe(
    'waiting: is being deleted',
  );
});
