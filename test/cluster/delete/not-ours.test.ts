import { notOursReason } from '../../../cluster/delete/not-ours';
import type { Note } from '../../../cluster/inventory';
import type { LiveObject } from '../../../cluster/objects/live-object';
import { ENVIRONMENT_LABEL } from '../../../manifests/contract';
import { labelledBy } from '../support/labelled-by';

type Metadata = Partial<LiveObject['metadata']>;

const object = (kind: string, metadata: Metadata = {}): LiveObject => ({
  apiVersion: 'v1',
  kind,
  metadata: {
    name: 'one',
    uid: '1',
    resourceVersion: '1',
    labels: { [ENVIRONMENT_LABEL]: 'local' },
    managedFields: labelledBy('third-party-platform'),
    ...metadata,
  },
});

const UNLABELLED: Metadata = { labels: {}, managedFields: labelledBy('kubectl-create').map((entry) => ({ ...entry, fieldsV1: {} })) };
const BY_HAND: Metadata = { managedFields: labelledBy('kubectl-label') };
const OTHER: Metadata = { labels: { [ENVIRONMENT_LABEL]: 'other' } };
const REMEDY = 'To delete it with everything in it, run: kubectl delete namespace one';
const UNKNOWN = `existed before, or it is not known who created it. ${REMEDY}`;
const ADOPTED = 'is adopted, and adopted objects are never deleted';

test.each<[string, LiveObject, Note | undefined, string | undefined]>([
  ['ours', object('ConfigMap'), undefined, undefined],
  ['applied by kubectl', object('ConfigMap', { managedFields: labelledBy('kubectl') }), undefined, undefined],
  ['adopted', object('ConfigMap'), 'adopted', ADOPTED],
  ['adopted, and its label was removed', object('ConfigMap', UNLABELLED), 'adopted', ADOPTED],
  ['left by a release, without our label', object('PersistentVolumeClaim', UNLABELLED), 'left by release', undefined],
  [
    'without our label',
    object('ConfigMap', UNLABELLED),
    undefined,
    `is not ours: has no label ${ENVIRONMENT_LABEL} (field manager kubectl-create)`,
  ],
  [
    'labelled by hand',
    object('ConfigMap', BY_HAND),
    undefined,
    `is not ours: has a label ${ENVIRONMENT_LABEL} that was set by kubectl-label (field manager kubectl-label)`,
  ],
  [
    'of another environment',
    object('ConfigMap', OTHER),
    undefined,
    'is not ours: belongs to environment "other" (field manager third-party-platform)',
  ],
  ['a namespace that deploy has created', object('Namespace'), 'created', undefined],
  ['a namespace of which the inventory does not say who created it', object('Namespace'), undefined, UNKNOWN],
  [
    'a namespace that kubectl has applied',
    object('Namespace', { managedFields: labelledBy('kubectl-client-side-apply') }),
    undefined,
    UNKNOWN,
  ],
  ['an adopted namespace', object('Namespace'), 'adopted', ADOPTED],
  [
    'a namespace that deploy has created and that has lost its label',
    object('Namespace', UNLABELLED),
    'created',
    `is not ours: has no label ${ENVIRONMENT_LABEL} (field manager kubectl-create)`,
  ],
])('%s', (_what, live, note, reason) => {
  expect(notOursReason(live, 'local', note)).toBe(reason);
});
