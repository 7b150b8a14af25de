import fc from 'fast-check';
import { ALLOW_ANNOTATION, HOLDS_DATA_ANNOTATION } from '../../../manifests/contract';
import type { Manifest } from '../../../manifests/manifest';

export const PGO = 'postgres-operator.crunchydata.com';

export type Spec = Readonly<Record<string, unknown>>;
export interface Cluster extends Manifest {
  readonly spec: Spec;
  readonly status?: object;
}

export const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
export const volume = (name: string): object => ({ name, volume: { volumeClaimSpec: claim } });
export const s3 = (name: string): object => ({ name, s3: { bucket: 'b', endpoint: 'e', region: 'r' } });
export const set = (name?: string): object => ({ ...(name !== undefined && { name }), dataVolumeClaimSpec: claim });
export const backups = (repos: readonly object[], restore?: object): object => ({ pgbackrest: { repos, ...(restore && { restore }) } });
export const source = (repoName: string): object => ({ postgresCluster: { clusterName: 'other', repoName } });

export function cluster(name: string, spec: Spec = {}, annotations: Readonly<Record<string, string>> = {}): Cluster {
  return {
    apiVersion: 'postgres-operator.crunchydata.com/v1beta1',
    kind: 'PostgresCluster',
    metadata: { name, namespace: 'default', annotations: { [HOLDS_DATA_ANNOTATION]: `PostgreSQL ${name}`, ...annotations } },
    spec: { postgresVersion: 15, instances: [set('instance1')], backups: backups([volume('repo1')]), ...spec },
  };
}

/** Any part of a PostgresCluster that a rule looks at, and what PGO's CRD lets be absent absent. */
const specs = fc
  .record(
    {
      postgresVersion: fc.constantFrom(14, 15, 16),
      shutdown: fc.boolean(),
      instances: fc
        .uniqueArray(fc.constantFrom('instance1', 'instance2', ''), { minLength: 1 })
        .map((names) => names.map((name) => set(name || undefined))),
      backups: fc.option(
        fc.record(
          {
            pgbackrest: fc.record(
              {
                repos: fc
                  .uniqueArray(
                    fc.tuple(
                      fc.constantFrom('repo1', 'repo2'),
                      fc.constantFrom(volume, s3, (name: string) => ({ name })),
                    ),
                    {
                      minLength: 1,
                      selector: ([name]) => name,
                    },
                  )
                  .map((repos) => repos.map(([name, kind]) => kind(name))),
                restore: fc.record({ enabled: fc.boolean(), repoName: fc.constantFrom('repo1', 'repo2') }),
              },
              { requiredKeys: ['repos'] },
            ),
          },
          { requiredKeys: [] },
        ),
        { nil: {} },
      ),
      dataSource: fc.constantFrom<object>(
        source('repo1'),
        source('repo2'),
        { pgbackrest: { repo: s3('repo1'), configuration: [] } },
        { pgbackrest: { stanza: 'db', repo: s3('repo1'), configuration: [] } },
        {},
      ),
    },
    { requiredKeys: ['postgresVersion', 'instances'] },
  )
  .map((spec) => JSON.parse(JSON.stringify(spec)) as Spec);

const annotations = fc
  .record(
    {
      [HOLDS_DATA_ANNOTATION]: fc.constant('data'),
      'platform.kapernikov.com/needed-by': fc.constant('data'),
      [`${PGO}/allow-upgrade`]: fc.constant('upgrade'),
      [`${PGO}/pgbackrest-restore`]: fc.constantFrom('1', '2'),
      [ALLOW_ANNOTATION]: fc
        .subarray(['restore', 'restore-in-place', 'remove-repository=repo1', 'remove-instance-set=00', 'postgres-version=16', 'unprotect'])
        .map((changes) => changes.join(', ')),
    },
    { requiredKeys: [] },
  )
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Record<string, string>);

/** A version of a cluster. Without any annotation the whole map is absent. */
export const version = fc.tuple(specs, annotations).map(([spec, all]): Cluster => {
  const { apiVersion, kind } = cluster('generated');
  const metadata = { name: 'generated', namespace: 'default', ...(Object.keys(all).length > 0 && { annotations: all }) };
  return { apiVersion, kind, metadata, spec };
});

/** A change, which leaves some parts of the spec as they are: otherwise almost every one would be refused for several reasons. */
export const change = fc
  .tuple(version, fc.subarray(['postgresVersion', 'instances', 'backups', 'dataSource', 'shutdown']))
  .map(([after, kept]) => (before: Cluster): Cluster => {
    const take = (spec: Spec, isWanted: boolean): Spec =>
      Object.fromEntries(Object.entries(spec).filter(([field]) => kept.includes(field) === isWanted));
    return { ...after, spec: { ...take(after.spec, false), ...take(before.spec, true) } };
  });

export const statuses = fc.constantFrom(undefined, { observedGeneration: 1 }, { observedGeneration: 1, postgresVersion: 16 });
