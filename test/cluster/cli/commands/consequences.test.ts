import { consequencesOf } from '../../../../cluster/cli/commands/consequences';
import { keyOf } from '../../../../manifests/manifest';
import { manifest } from '../../support/objects';

const [WORKLOAD, VOLUME] = [manifest('apps/v1 Deployment cvat/old'), manifest('v1 PersistentVolumeClaim cvat/media')];
const LEFT = [
  { stage: '10-one', key: keyOf(WORKLOAD), manifest: WORKLOAD },
  { stage: '10-one', key: keyOf(VOLUME), manifest: VOLUME, data: 'its volume' },
];

test('lists nothing when nothing will be pruned', () => {
  expect(consequencesOf([], true)).toEqual([]);
});

test('lists what will be pruned, and not what will be kept: the end of the deploy lists that', () => {
  expect(consequencesOf(LEFT, false)).toEqual(['', 'Prunes, because it is no longer in dist:', '  Deployment cvat/old']);
});

test('with --delete-data, lists first what will be pruned with its data', () => {
  expect(consequencesOf(LEFT, true).slice(0, 4)).toEqual([
    '',
    'Prunes WITH ITS DATA, because it is no longer in dist:',
    '  PersistentVolumeClaim cvat/media',
    '    holds data: its volume',
  ]);
});
