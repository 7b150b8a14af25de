import type { Manifest } from '../../../manifests/manifest';
import type { LiveObject, ManagedFields } from '../../../cluster/objects/live-object';
import { isApplied } from '../../../cluster/deploy/is-applied';
import { CLIENT_SIDE_APPLY, type Fields } from '../../../cluster/objects/managed-fields';

const DIST: Manifest = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'one', namespace: 'cvat', labels: { a: '1' } },
  data: { x: '1', y: '2' },
  list: [1, 2],
};
const FIELDS: Fields = { 'f:metadata': { 'f:labels': { 'f:a': {} } }, 'f:data': { '.': {}, 'f:x': {}, 'f:y': {} }, 'f:list': {} };

function entry(more: Partial<ManagedFields> = {}): ManagedFields {
  const ours = { manager: 'third-party-platform', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: FIELDS } as const;
  return { ...ours, ...more };
}

/** What a cluster shows after dist was applied, with what it adds by itself. */
function live(change: object = {}, metadata: object = {}, managedFields: readonly ManagedFields[] = [entry()]): LiveObject {
  const own = { uid: '1', resourceVersion: '1', generation: 3, labels: { a: '1', others: 'x' }, managedFields };
  return { ...DIST, status: { ready: true }, defaulted: 5, ...change, metadata: { ...DIST.metadata, ...own, ...metadata } };
}

test('is true when our fields have the values of dist and other managers have added fields', () => {
  expect(isApplied(live(), DIST)).toBe(true);
  expect(isApplied(live({ data: { x: '1', y: '2', others: 'z' } }), DIST)).toBe(true);
  expect(isApplied(live({}, {}, [entry(), entry({ manager: 'another-manager', operation: 'Update' })]), DIST)).toBe(true);
});

test.each([
  ['a value is another', live({ data: { x: '1', y: '3' } }), DIST],
  ['a value is gone', live({ data: { x: '1' } }), DIST],
  ['a list is another', live({ list: [2, 1] }), DIST],
  ['a label is another', live({}, { labels: { a: '2' } }), DIST],
  ['dist has a field more', live(), { ...DIST, more: 1 }],
  ['dist has a key more', live({ data: { x: '1', y: '2', z: '3' } }), { ...DIST, data: { x: '1', y: '2', z: '3' } }],
  ['dist has a key less, which must go', live(), { ...DIST, data: { x: '1' } }],
  ['dist has a field less, which must go', live(), { ...DIST, list: undefined, data: undefined }],
  ['dist has no label any more', live(), { ...DIST, metadata: { name: 'one', namespace: 'cvat' } }],
  ['another version was applied', live({}, {}, [entry({ apiVersion: 'v1beta1' })]), DIST],
  ['we have never applied it', live({}, {}, []), DIST],
  ['another manager has set it', live({}, {}, [entry({ manager: 'another-manager' })]), DIST],
  ['we have only updated it', live({}, {}, [entry({ operation: 'Update' })]), DIST],
  [
    'kubectl holds fields that are to become ours',
    live({}, {}, [entry(), entry({ manager: CLIENT_SIDE_APPLY, operation: 'Update' })]),
    DIST,
  ],
  ['it is being deleted', live({}, { deletionTimestamp: '2026-01-01T00:00:00Z' }), DIST],
])('is false when %s', (_, object, dist) => {
  expect(isApplied(object, dist as Manifest)).toBe(false);
});

test('is false for lists whose items are owned one by one', () => {
  const items = [{ name: 'a' }];
  const fieldsV1 = { ...FIELDS, 'f:items': { 'k:{"name":"a"}': { '.': {}, 'f:name': {} } } };
  expect(isApplied(live({ items }, {}, [entry({ fieldsV1 })]), { ...DIST, items })).toBe(false);
});
