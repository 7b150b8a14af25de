import { LAST_APPLIED_ANNOTATION, withoutAbandoned } from '../../../cluster/diff/abandoned';
import { CLIENT_SIDE_APPLY, type Fields } from '../../../cluster/objects/managed-fields';
import type { LiveObject, ManagedFields } from '../../../cluster/objects/live-object';
import type { Manifest } from '../../../manifests/manifest';
import { live } from './support';

const takeover = { from: CLIENT_SIDE_APPLY, to: 'platform' };

function entry(manager: string, operation: 'Apply' | 'Update', fieldsV1: Fields, apiVersion = 'apps/v1'): ManagedFields {
  return { manager, operation, apiVersion, time: '2026-01-01T00:00:00Z', fieldsType: 'FieldsV1', fieldsV1 };
}

function deployment(spec: object, written?: object | string): Manifest {
  const annotations = { [LAST_APPLIED_ANNOTATION]: typeof written === 'string' ? written : JSON.stringify({ spec: written }) };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'one', namespace: 'cvat', ...(written && { annotations }) }, spec };
}

/** What is left of a spec that kubectl has applied, once dist says `applied` of it. */
function specOf(
  spec: object,
  written: object | string | undefined,
  kubectl: Fields,
  applied: Fields,
  ...others: readonly ManagedFields[]
): unknown {
  const [csa, own] = [entry(CLIENT_SIDE_APPLY, 'Update', { 'f:spec': kubectl }), entry('platform', 'Apply', { 'f:spec': applied })];
  const now: LiveObject = live(deployment(spec, written), { managedFields: [csa, ...others] });
  const next: LiveObject = live(deployment(spec, written), { managedFields: [csa, own, ...others] });
  return withoutAbandoned(next, now, takeover)['spec'];
}

test('a field that kubectl has applied and dist no longer has goes away', () => {
  const spec = { replicas: 1, paused: true };
  expect(specOf(spec, spec, { 'f:replicas': {}, 'f:paused': {} }, { 'f:replicas': {} })).toEqual({ replicas: 1 });
});

test('a default that kubectl owns only because it has made the object stays', () => {
  const [spec, written] = [{ replicas: 1, progressDeadlineSeconds: 600 }, { replicas: 1 }];
  expect(specOf(spec, written, { 'f:replicas': {}, 'f:progressDeadlineSeconds': {} }, { 'f:replicas': {} })).toEqual(spec);
});

test('a field that another manager owns, too, is kept', () => {
  const spec = { replicas: 1, paused: true };
  const other = entry('other', 'Update', { 'f:spec': { 'f:paused': {} } });
  expect(specOf(spec, spec, { 'f:replicas': {}, 'f:paused': {} }, { 'f:replicas': {} }, other)).toEqual(spec);
});

test('an item of a list goes by its key, with what is in it, and the others stay', () => {
  const spec = {
    containers: [
      { name: 'a', image: 'x' },
      { name: 'b', image: 'y', imagePullPolicy: 'Always' },
      { name: 'c', image: 'z' },
    ],
  };
  const item = { '.': {}, 'f:name': {}, 'f:image': {} };
  const kubectl = { 'f:containers': { 'k:{"name":"a"}': item, 'k:{"name":"b"}': item, 'k:{"name":"c"}': item } };
  const applied = { 'f:containers': { 'k:{"name":"a"}': item, 'k:{"name":"c"}': item } };
  expect(specOf(spec, spec, kubectl, applied)).toEqual({ containers: [spec.containers[0], spec.containers[2]] });
});

test('an item goes though its key has a default that the person had not written', () => {
  const spec = {
    ports: [
      { port: 80, protocol: 'TCP' },
      { port: 81, protocol: 'TCP' },
    ],
  };
  const [http, other] = ['k:{"port":80,"protocol":"TCP"}', 'k:{"port":81,"protocol":"TCP"}'];
  const item = { '.': {}, 'f:port': {} };
  expect(
    specOf(spec, { ports: [{ port: 80 }, { port: 81 }] }, { 'f:ports': { [http]: item, [other]: item } }, { 'f:ports': { [http]: item } }),
  ).toEqual({
    ports: [spec.ports[0]],
  });
});

test('an item of which another manager owns a field only goes, as the API server does it', () => {
  const spec = {
    containers: [
      { name: 'a', image: 'x' },
      { name: 'b', image: 'y' },
    ],
  };
  const [item, part] = [{ '.': {}, 'f:name': {}, 'f:image': {} }, { 'f:image': {} }];
  const kubectl = { 'f:containers': { 'k:{"name":"a"}': item, 'k:{"name":"b"}': item } };
  const other = entry('other', 'Update', { 'f:spec': { 'f:containers': { 'k:{"name":"b"}': part } } });
  expect(specOf(spec, spec, kubectl, { 'f:containers': { 'k:{"name":"a"}': item } }, other)).toEqual({ containers: [spec.containers[0]] });
});

test('a value of a set goes', () => {
  const spec = { values: ['a', 'b', 'c'] };
  const kubectl = { 'f:values': { '.': {}, 'v:"a"': {}, 'v:"b"': {}, 'v:"c"': {} } };
  expect(specOf(spec, spec, kubectl, { 'f:values': { '.': {}, 'v:"b"': {} } })).toEqual({ values: ['b'] });
});

test('a field in which nothing is left goes with what was in it', () => {
  const spec = { replicas: 1, strategy: { rollingUpdate: { maxSurge: 1 } } };
  expect(specOf(spec, spec, { 'f:replicas': {}, 'f:strategy': { 'f:rollingUpdate': { 'f:maxSurge': {} } } }, { 'f:replicas': {} })).toEqual(
    { replicas: 1 },
  );
});

test('without the note of kubectl, or with one that is no JSON, nothing is said to go away', () => {
  const spec = { replicas: 1, paused: true };
  expect(specOf(spec, undefined, { 'f:paused': {} }, { 'f:replicas': {} })).toEqual(spec);
  expect(specOf(spec, '{"spec"', { 'f:paused': {} }, { 'f:replicas': {} })).toEqual(spec);
});

test('an object that kubectl has not applied stays as the dry run has it', () => {
  const object = live(deployment({ replicas: 1 }, { replicas: 1 }), {
    managedFields: [entry('platform', 'Apply', { 'f:spec': { 'f:paused': {} } })],
  });
  expect(withoutAbandoned(object, object, takeover)).toBe(object);
  expect(withoutAbandoned(live(deployment({})), live(deployment({})), takeover)).toEqual(live(deployment({})));
});

test('the object of the dry run is not changed', () => {
  const managedFields = [entry(CLIENT_SIDE_APPLY, 'Update', { 'f:spec': { 'f:paused': {} } })];
  const object = live(deployment({ paused: true, replicas: 1 }, { paused: true }), { managedFields });
  const copy = structuredClone(object);
  expect(withoutAbandoned(object, object, takeover)['spec']).toEqual({ replicas: 1 });
  expect(object).toEqual(copy);
});
