import { consequencesOf } from '../../../../cluster/cli/commands/consequences';
import { keyOf } from '../../../../manifests/manifest';
import { manifest } from '../../support/objects';

const [WORKLOAD, VOLUME] = [manifest('apps/v1 Deployment cvat/old'), manifest('v1 PersistentVolumeClaim cvat/media')];
const LEFT = [
  { stage: '10-one', key: keyOf(WORKLOAD), manifest: WORKLOAD },
  { stage: '10-one', key: keyOf(VOLUME), manifest: VOLUME, data: 'its volume' },
];

test('a deploy that takes nothing away has none', () => {
  expect(consequencesOf([], true)).toEqual([]);
});

test('what holds data stays, and the rest goes', () => {
  expect(consequencesOf(LEFT, false)).toEqual([
    '',
    'No longer in dist, but kept, because --delete-data was not given:',
    '  PersistentVolumeClaim cvat/media',
    '    holds data: its volume',
    '',
    'Takes away, because dist has it no longer:',
    '  Deployment cvat/old',
  ]);
});

test('with --delete-data the data comes first, and loud', () => {
  expect(consequencesOf(LEFT, true).slice(0, 4)).toEqual([
    '',
    'Takes away WITH ITS DATA, because dist has it no longer:',
    '  PersistentVolumeClaim cvat/media',
    '    holds data: its volume',
  ]);
});
