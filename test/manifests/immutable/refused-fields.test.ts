import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refusedFields, type Refusal } from '../../../manifests/immutable/refused-fields';

// What kube-apiserver 1.36.4 answers to server-side dry runs, by the kind of the object.
const REFUSALS: Readonly<Record<string, Refusal>> = JSON.parse(readFileSync(join(__dirname, 'refusals.json'), 'utf8')) as Record<
  string,
  Refusal
>;

function refusal(message: string, field = 'spec.field', code = 422): Refusal {
  return { code, details: { causes: [{ reason: 'FieldValueInvalid', message, field }] } };
}

const STATEFUL_SET =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
const APP_USER =
  'username cannot be added, changed or removed later, because the account keeps the name it was made with. Delete the AppUser and create a new one';

test.each([
  ['Job', 'spec.template', 'field is immutable'],
  ['Deployment', 'spec.selector', 'field is immutable'],
  ['StatefulSet', 'spec', STATEFUL_SET],
  [
    'PersistentVolumeClaim',
    'spec',
    'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
  ],
  ['RoleBinding', 'roleRef', 'cannot change roleRef'],
  ['StorageClass', 'parameters', 'field is immutable'],
  ['Secret', 'type', 'field is immutable'],
  ['ConfigMap', 'data', 'field is immutable when `immutable` is set'],
  ['Service', 'spec.clusterIPs[0]', 'may not change once set'],
  ['PriorityClass', 'value', 'may not be changed in an update.'],
  ['CustomResourceDefinition', 'spec.scope', 'field is immutable'],
  ['AppUser', 'spec', APP_USER],
])('the immutable field of a real %s is %s', (kind, field, message) => {
  expect(refusedFields(REFUSALS[kind] ?? {})).toEqual([{ field, message }]);
});

test('a value that is not valid is not an immutable field', () => {
  expect(refusedFields(REFUSALS['Deployment invalid'] ?? {})).toEqual([]);
});

test('words inside of a value do not make a field immutable', () => {
  expect(refusedFields(refusal('Invalid value: "is: immutable": must be short'))).toEqual([]);
  expect(refusedFields(refusal('Invalid value: {"a":"x: immutable","b":["\\"}: immutable"]}: must be short'))).toEqual([]);
  expect(refusedFields(refusal('Invalid value: core.Spec{A:"immutable: "}: must be short'))).toEqual([]);
});

test('a message with a colon in it is kept whole', () => {
  expect(refusedFields(refusal('Invalid value: "a": Value is immutable: make another one'))).toEqual([
    { field: 'spec.field', message: 'Value is immutable: make another one' },
  ]);
});

test('recognizes the messages of older versions and of rules in CRDs', () => {
  expect(refusedFields(refusal('Forbidden: updates to parameters are forbidden.'))).toHaveLength(1);
  expect(refusedFields(refusal('Invalid value: "string": Value is immutable'))).toHaveLength(1);
  expect(refusedFields(refusal('Invalid value: rbac.RoleRef{APIGroup:"a", Kind:"b", Name:"c"}: cannot change roleRef'))).toEqual([
    { field: 'spec.field', message: 'cannot change roleRef' },
  ]);
});

test('the same field is named once, another one too', () => {
  const [cause, other] = [
    { message: 'Invalid value: "a": field is immutable', field: 'one' },
    { message: 'Invalid value: "b": field is immutable', field: 'two' },
  ];
  expect(refusedFields({ code: 422, details: { causes: [cause, cause, other] } }).map(({ field }) => field)).toEqual(['one', 'two']);
});

test('conflicts, missing rights and answers without causes name no field', () => {
  expect(refusedFields(refusal('conflict with "other" using apps/v1: field is immutable', '.spec', 409))).toEqual([]);
  expect(refusedFields({ code: 403 })).toEqual([]);
  expect(refusedFields({ code: 422, details: {} })).toEqual([]);
});
