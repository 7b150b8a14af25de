import { isAppliedByDeploy, isCreatedAfter, isOurs, ownerOf, reasonNotOurs } from '../../../cluster/objects/ownership';
import type { LiveObject, ManagedFields } from '../../../cluster/objects/live-object';
import { ENVIRONMENT_LABEL } from '../../../manifests/contract';

const LABEL = { 'f:metadata': { 'f:labels': { [`f:${ENVIRONMENT_LABEL}`]: {} } } };

const entry = (manager: string, operation: ManagedFields['operation'] = 'Update', fieldsV1: object = LABEL): ManagedFields => ({
  manager,
  operation,
  apiVersion: 'v1',
  fieldsType: 'FieldsV1',
  fieldsV1: fieldsV1 as ManagedFields['fieldsV1'],
});

const object = (managedFields: readonly ManagedFields[], metadata: Partial<LiveObject['metadata']> = {}): LiveObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'one', uid: '1', resourceVersion: '1', labels: { [ENVIRONMENT_LABEL]: 'local' }, managedFields, ...metadata },
});

test.each(['third-party-platform', 'kubectl', 'kubectl-client-side-apply', 'kustomize-controller', 'argocd-controller'])(
  'an object is ours when %s has set its label',
  (manager) => {
    expect(isOurs(object([entry('other', 'Update', {}), entry(manager)]), 'local')).toBe(true);
  },
);

test.each([
  ['it has no label', object([entry('kubectl')], { labels: {} }), `has no label ${ENVIRONMENT_LABEL}`],
  [
    'it has the label of another environment',
    object([entry('kubectl')], { labels: { [ENVIRONMENT_LABEL]: 'other' } }),
    'belongs to environment "other"',
  ],
  ['kubectl label has set the label', object([entry('kubectl-label')]), `has a label ${ENVIRONMENT_LABEL} that was set by kubectl-label`],
  ['another manager has set the label', object([entry('kubectl', 'Apply', { 'f:data': {} }), entry('helm')]), 'that was set by helm'],
  ['it has no managed fields', object([]), 'set by an unknown field manager'],
])('an object is not ours when %s', (_, live, reason) => {
  expect(isOurs(live, 'local')).toBe(false);
  expect(reasonNotOurs(live, 'local')).toContain(reason);
});

test('an object is applied by deploy also when its label was removed', () => {
  expect(isAppliedByDeploy(object([entry('third-party-platform', 'Apply', { 'f:data': {} })], { labels: {} }))).toBe(true);
  expect(isAppliedByDeploy(object([entry('kubectl', 'Apply')]))).toBe(false);
});

test.each([
  [
    'its Helm release',
    { annotations: { 'meta.helm.sh/release-name': 'traefik', 'meta.helm.sh/release-namespace': 'kube-system' } },
    'Helm release kube-system/traefik',
  ],
  ['its controller', { ownerReferences: [{ apiVersion: 'v1', kind: 'Owner', name: 'one', uid: '2', controller: true }] }, 'Owner one'],
  [
    'its field managers',
    { managedFields: [entry('kubectl-create'), { ...entry('operator'), subresource: 'status' }] },
    'field manager kubectl-create',
  ],
  ['nothing', { managedFields: [] }, 'unknown'],
])('names the owner of an object by %s', (_, metadata, owner) => {
  expect(ownerOf(object([], metadata))).toBe(owner);
});

test('compares creation times', () => {
  const [early, late] = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z'].map((creationTimestamp) => object([], { creationTimestamp }));
  if (!early || !late) throw new Error('missing');
  expect([isCreatedAfter(late, early), isCreatedAfter(early, early), isCreatedAfter(early, late)]).toEqual([true, true, false]);
});
