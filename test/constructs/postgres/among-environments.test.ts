import { toS3 } from '../../../constructs/postgres/backup';
import type { Environment } from '../../../constructs/platform';
import { formatWarnings } from '../../../constructs/problem';
import { local } from '../../fixtures/environments/local';
import { synthesize } from '../../fixtures/synthesize';

const { postgres } = local;
if (!postgres) throw new Error('local has no database');

const toBucket = (bucket: string): Environment => ({
  ...local,
  postgres: { ...postgres, backups: [toS3({ bucket, endpoint: 's3.example.com', region: 'eu', credentials: 'c' })] },
});

test('an environment that was copied with its bucket gets a warning, and is written', () => {
  const { problems, warnings, files } = synthesize({ local: toBucket('backups'), staging: toBucket('backups') });
  expect(problems).toEqual([]);
  expect(files.has('staging/30-postgres.k8s.yaml')).toBe(true);
  expect(formatWarnings(warnings)).toContain(
    '  staging  30-postgres/cluster  backups[0].path\n' +
      '    must not be in use already; "my-postgres" of the environment local has the same bucket and path. Use another bucket or path, unless both environments are for the same Kubernetes cluster.\n',
  );
});

test('environments with buckets or namespaces of their own get none', () => {
  const about = (other: Environment): string[] =>
    synthesize({ local: toBucket('backups'), staging: other })
      .warnings.map(({ field }) => field)
      .filter((field) => field.startsWith('backups'));
  expect(about(toBucket('staging-backups'))).toEqual([]);
  expect(about({ ...toBucket('backups'), namespace: 'other' })).toEqual([]);
  expect(about(local)).toEqual([]);
});
