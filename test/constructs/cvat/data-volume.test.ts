import { dataVolumeFinding, dataVolumeWarning } from '../../../constructs/cvat/data-volume';
import { local } from '../../fixtures/environments/local';
import { synthesize } from '../../fixtures/synthesize';

const ONCE = { size: '10Gi', accessModes: ['ReadWriteOnce'] };

test.each<[string, Parameters<typeof dataVolumeWarning>[1], string | undefined]>([
  [
    'one pod of each workload',
    [
      ['server', { replicas: 1 }],
      ['workers.chunks', {}],
    ],
    undefined,
  ],
  ['several pods of the frontend, which does not mount it', [['frontend', { replicas: 3 }]], undefined],
  ['several servers', [['server', { replicas: 3 }]], 'server.replicas 3'],
  [
    'several servers and workers',
    [
      ['server', { replicas: 2 }],
      ['workers.chunks', { replicas: 4 }],
    ],
    'server.replicas 2, workers.chunks.replicas 4',
  ],
])('ReadWriteOnce with %s', (_, workloads, replicas) => {
  expect(dataVolumeWarning(ONCE, workloads)?.message).toBe(
    replicas && `must be "ReadWriteMany" for pods on several nodes; got "ReadWriteOnce" with ${replicas}.`,
  );
});

test.each([
  { size: '1Gi' },
  { size: '1Gi', accessModes: ['ReadWriteMany'] },
  { size: '1Gi', accessModes: ['ReadWriteOnce', 'ReadWriteMany'] },
])('several servers with %j need no warning', (volume) => expect(dataVolumeWarning(volume, [['server', { replicas: 3 }]])).toBeUndefined());

test('ReadWriteOncePod is a problem: several pods mount the volume', () => {
  expect(dataVolumeFinding({ size: '1Gi', accessModes: ['ReadWriteOncePod'] })?.message).toContain('must allow several pods');
  expect(dataVolumeFinding(ONCE)).toBeUndefined();
});

describe('an environment', () => {
  const { cvat } = local;
  if (!cvat) throw new Error('local has no CVAT');
  const synthesized = (accessModes: string[], replicas: number): ReturnType<typeof synthesize> =>
    synthesize({
      local: { ...local, cvat: { ...cvat, server: { replicas }, storage: { ...cvat.storage, data: { size: '10Gi', accessModes } } } },
    });

  test('with ReadWriteOnce and several servers has a warning with the reason, and is written', () => {
    const { problems, warnings, files } = synthesized(['ReadWriteOnce'], 2);
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      {
        environment: 'local',
        path: '50-cvat/cvat',
        field: 'storage.data.accessModes',
        message: 'must be "ReadWriteMany" for pods on several nodes; got "ReadWriteOnce" with server.replicas 2.',
        remedy: 'All pods that mount the volume must run on the node that has it: on another node they do not start.',
      },
    ]);
    expect(files.size).toBeGreaterThan(0);
  });

  test('with an access mode that does not exist has one problem', () => {
    const { problems, warnings } = synthesized(['readWriteOnce'], 1);
    expect(problems.map(({ field, message }) => `${field}: ${message}`)).toEqual([
      'storage.data.accessModes: must be ReadWriteOnce, ReadWriteMany, ReadOnlyMany, ReadWriteOncePod; got "readWriteOnce".',
    ]);
    expect(warnings).toEqual([]);
  });
});
