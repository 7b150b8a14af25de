import { isMap, listOf, valueAt } from '../../manifests/fields';
import { formatKey, groupKindOf, keyOf, type Manifest } from '../../manifests/manifest';
import { isCode } from '../api/api-error';
import type { Cluster } from '../api/cluster';
import type { LiveObject } from '../objects/live-object';

/** What pgBackRest needs to log in to a store, unless a key-type says that the cloud gives the rights. */
const CREDENTIALS: Readonly<Record<string, readonly string[]>> = { s3: ['s3-key', 's3-key-secret'], azure: ['azure-account', 'azure-key'] };

/** An option of a repository's store, as a line of a configuration file has it. Anything else in a Secret is not shown. */
const OPTION = /^\s*(repo[1-4]-(?:s3|azure|gcs)-[a-z-]+)\s*=/gm;

/**
 * Secrets of PostgresClusters whose configuration of pgBackRest cannot work: they lack the credentials of a repository. PGO accepts them, and creates
 * no stanza. A message names options and never a value.
 */
export async function wrongPgBackRestSecrets(cluster: Cluster, objects: readonly Manifest[]): Promise<string[]> {
  const clusters = objects.filter((object) => groupKindOf(object) === 'PostgresCluster.postgres-operator.crunchydata.com');
  const problems = await Promise.all(
    clusters.flatMap((object) => {
      const backups = valueAt(object, 'spec', 'backups', 'pgbackrest');
      const source = valueAt(object, 'spec', 'dataSource', 'pgbackrest');
      return [
        problemOf(cluster, object, backups, listOf(valueAt(backups, 'repos'))),
        problemOf(cluster, object, source, source === undefined ? [] : [valueAt(source, 'repo')]),
      ];
    }),
  );
  return problems.flat();
}

async function problemOf(cluster: Cluster, object: Manifest, configuration: unknown, repositories: readonly unknown[]): Promise<string[]> {
  const names = listOf(valueAt(configuration, 'configuration')).flatMap((each) => {
    const name = valueAt(each, 'secret', 'name');
    return typeof name === 'string' ? [name] : [];
  });
  const { namespace = cluster.namespace } = object.metadata;
  const secrets = await Promise.all(names.map((name) => read(cluster, namespace, name)));
  // A Secret that does not exist is reported as a need. Without one, the cloud gives the rights.
  if (secrets.length === 0 || secrets.some((secret) => secret === undefined)) return [];
  const set = new Set(secrets.flatMap((secret) => [...optionsOf(secret)]));
  for (const option of Object.keys(mapOf(valueAt(configuration, 'global')))) set.add(option);
  return repositories.flatMap((repository) => {
    const name = String(valueAt(repository, 'name'));
    const store = Object.keys(CREDENTIALS).find((each) => valueAt(repository, each) !== undefined);
    if (store === undefined || set.has(`${name}-${store}-key-type`)) return [];
    const missing = (CREDENTIALS[store] ?? []).map((option) => `${name}-${option}`).filter((option) => !set.has(option));
    if (missing.length === 0) return [];
    const got = [...set].filter((option) => option.includes(`-${store}-`)).sort();
    return [
      `  Secret ${names.map((each) => `${namespace}/${each}`).join(', ')}: must set ${missing.join(' and ')} ` +
        `for repository ${name} of ${formatKey(keyOf(object))}; got ${got.length === 0 ? 'neither' : got.join(', ')}.\n` +
        '    Correct the options in its .conf key: docs/backups.md shows the file.',
    ];
  });
}

async function read(cluster: Cluster, namespace: string, name: string): Promise<LiveObject | undefined> {
  try {
    return await cluster.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
  } catch (error) {
    if (!isCode(error, 403)) throw error;
    return undefined;
  }
}

function optionsOf(secret: LiveObject | undefined): string[] {
  const files = Object.values(mapOf(secret?.['data'])).map((content) => Buffer.from(String(content), 'base64').toString());
  return files.flatMap((file) => [...file.matchAll(OPTION)].map(([, option = '']) => option));
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return isMap(value) ? value : {};
}
