import { Cvat } from '../../../constructs/cvat/cvat';
import { ingress } from '../../../constructs/cvat/exposure';
import { PostgresCluster, type PostgresClusterProps } from '../../../constructs/postgres/postgres-cluster';
import type { Manifest } from '../../../manifests/manifest';
import { objectsOf, problemsOf } from '../../support';

const props: PostgresClusterProps = {
  name: 'reports',
  namespace: 'reports',
  version: 15,
  replicas: 2,
  storage: { size: '5Gi' },
  upgrade: { to: 16 },
};

const objects = (more: Partial<PostgresClusterProps>): readonly Manifest[] =>
  objectsOf((chart) => new PostgresCluster(chart, 'cluster', { ...props, ...more }));
const ofKind = (kind: string, more: Partial<PostgresClusterProps> = {}): Manifest | undefined =>
  objects(more).find((object) => object.kind === kind);
const problems = (more: Partial<PostgresClusterProps>): string[] =>
  problemsOf((chart) => new PostgresCluster(chart, 'cluster', { ...props, ...more }));

const ALLOW = 'postgres-operator.crunchydata.com/allow-upgrade';

test('shuts the cluster down, keeps its version, and lets the PGUpgrade upgrade it', () => {
  const cluster = ofKind('PostgresCluster');
  expect(cluster?.['spec']).toMatchObject({ postgresVersion: 15, shutdown: true });
  expect(cluster?.metadata.annotations?.[ALLOW]).toBe('reports-to-16');
  expect(ofKind('PGUpgrade')).toEqual({
    apiVersion: 'postgres-operator.crunchydata.com/v1beta1',
    kind: 'PGUpgrade',
    metadata: { name: 'reports-to-16', namespace: 'reports' },
    spec: { postgresClusterName: 'reports', fromPostgresVersion: 15, toPostgresVersion: 16 },
  });
});

test('has an image of its own where one is given', () => {
  const image = 'registry/crunchy-upgrade:ubi9-18.6-2633';
  expect(ofKind('PGUpgrade', { upgrade: { to: 16, image } })?.['spec']).toMatchObject({ image });
});

test('writes none of it without an upgrade', () => {
  expect(ofKind('PGUpgrade', { upgrade: undefined })).toBeUndefined();
  const cluster = ofKind('PostgresCluster', { upgrade: undefined });
  expect(cluster?.['spec']).not.toHaveProperty('shutdown');
  expect(cluster?.metadata.annotations).not.toHaveProperty([ALLOW]);
});

test.each([1, 20, 21, 30, 36, 40])('names the PGUpgrade of a cluster of %i characters so that its Jobs have at most 63', (length) => {
  const name = 'r'.repeat(length);
  const upgrade = ofKind('PGUpgrade', { name })?.metadata.name ?? '';
  expect(`${upgrade}-${name}-instance1-abcd`.length).toBeLessThanOrEqual(63);
  expect(ofKind('PostgresCluster', { name })?.metadata.annotations?.[ALLOW]).toBe(upgrade);
});

test('says what to remove when the version is changed already', () => {
  expect(problems({ version: 16 })).toEqual([expect.stringMatching(/^upgrade\.to: must be a later version than 16.*remove upgrade/)]);
});

test.each([14, 15.5, 19])('refuses an upgrade from 15 to %d', (to) => {
  expect(problems({ upgrade: { to } })).toEqual([
    `upgrade.to: must be a major version of PostgreSQL from 16 to 18; got ${to}. Use a version that PGO supports. PostgreSQL cannot be downgraded.`,
  ]);
});

test('refuses an image that is older than the new version, and accepts one that is newer', () => {
  const found = (tag: string): string[] => problems({ upgrade: { to: 16, image: `registry/crunchy-upgrade:${tag}` } });
  expect(found('ubi9-15.6-1')).toEqual([
    'upgrade.image: must have the programs of PostgreSQL 16; got "registry/crunchy-upgrade:ubi9-15.6-1" of PostgreSQL 15. Use an image of that version or a later one, or remove it to use that of PGO\'s release.',
  ]);
  for (const tag of ['ubi9-16.6-1', 'ubi9-18.6-2633', 'v1.2.3']) expect(found(tag)).toEqual([]);
});

describe("CVAT's database", () => {
  const withCvat = (more: Partial<PostgresClusterProps>): string[] =>
    problemsOf((chart) => {
      const users = [{ name: 'cvat', databases: ['cvat'] }];
      const database = new PostgresCluster(chart, 'cluster', { ...props, upgrade: undefined, users, ...more }).user('cvat');
      const storage = { data: { size: '1Gi' }, cache: { size: '1Gi' } };
      new Cvat(chart, 'cvat', {
        namespace: 'reports',
        version: '2.73.0',
        host: 'cvat.example.com',
        exposure: ingress({ className: 'traefik' }),
        storage,
        database,
      });
    });

  test('must be PostgreSQL 15, or be upgraded to it', () => {
    expect(withCvat({})).toEqual([]);
    expect(withCvat({ version: 14, image: 'pg:14.19', upgrade: { to: 15 } })).toEqual([]);
    for (const other of [{ version: 16 }, { upgrade: { to: 16 } }, { spec: { postgresVersion: 16 } }]) {
      expect(withCvat(other)).toEqual([expect.stringMatching(/^database: must be PostgreSQL 15, .*; got 16\./)]);
    }
  });
});
