import { fromArchive, fromOci } from '../constructs/helm/chart-source';
import { k3s } from '../constructs/helm/delivery/k3s';
import type { Environment } from '../constructs/platform';
import { fromCluster, toS3 } from '../constructs/postgres/backup';
import { formatProblems } from '../constructs/problem';
import { local } from './fixtures/environments/local';
import { synthesize } from './fixtures/synthesize';

const { postgres, cvat, appUsers = [] } = local;
if (!postgres || !cvat) throw new Error('local has no database or no CVAT');

const john = appUsers.slice(0, 1);
const release = { name: 'extra', namespace: 'extra', chart: fromOci('oci://registry.example.org/extra', '1.0.0') };
const repo10 = {
  name: 'repo10',
  volume: { volumeClaimSpec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
};

interface Mistake {
  readonly environment: Partial<Environment>;
  /** The problem: its place, and what is said about it. */
  readonly said: readonly [string, string];
  /** What else is wrong because of it. */
  readonly follows?: readonly string[];
}

/** By their names. */
const mistakes: Record<string, Mistake> = {
  'a host with a space': {
    environment: { cvat: { ...cvat, host: 'cvat kube public' } },
    said: [
      '  local  50-cvat/cvat  host',
      '    must be a host name, without scheme, port, path or spaces; got "cvat kube public". Write it as "cvat.example.com". Did you mean "cvat-kube-public"?',
    ],
  },
  'replicas 0': {
    environment: { postgres: { ...postgres, replicas: 0 } },
    said: [
      '  local  30-postgres/cluster  spec.instances[0].replicas',
      '    must be an integer >= 1; got 0. Use 2 or more for a cluster that survives the loss of a pod.',
    ],
  },
  'size "1GB"': {
    environment: { postgres: { ...postgres, storage: { size: '1GB' } } },
    said: [
      '  local  30-postgres/cluster  spec.instances[0].dataVolumeClaimSpec.resources.requests.storage',
      '    must be a Kubernetes quantity; got "1GB". Did you mean "1G" or "1Gi"?',
    ],
  },
  'user name "My_User"': {
    environment: { postgres: { ...postgres, users: [...(postgres.users ?? []), { name: 'My_User', databases: ['mine'] }] } },
    said: [
      '  local  30-postgres/cluster  users[1].name',
      '    must be lower-case letters, digits and "-", with a letter or digit at both ends; got "My_User". Did you mean "my-user"?',
    ],
  },
  'repo10 to back up to': {
    environment: { postgres: { ...postgres, spec: { backups: { pgbackrest: { repos: [repo10] } } } } },
    said: [
      '  local  30-postgres/cluster  spec.backups.pgbackrest.repos[1].name',
      '    must be one of repo1, repo2, repo3, repo4; got "repo10". pgBackRest knows these four.',
    ],
  },
  'repo10 to restore from': {
    environment: { postgres: { ...postgres, restore: fromCluster({ name: 'old', repository: 'repo10' as 'repo1' }) } },
    said: [
      '  local  30-postgres/cluster  restore.repository',
      '    must be one of repo1, repo2, repo3, repo4; got "repo10". pgBackRest knows these four.',
    ],
  },
  'S3 without credentials': {
    environment: { postgres: { ...postgres, backups: [toS3({ bucket: 'backups', endpoint: 's3.example.com', region: 'eu' })] } },
    said: [
      '  local  30-postgres/cluster  spec.backups.pgbackrest.repos[0]',
      "    must have credentials for S3, or the first backup fails; got none for repo1. Name the Secret that contains them: credentials: 'my-postgres-backup'. docs/backups.md shows its format.",
    ],
  },
  'an undeclared database user': {
    environment: { postgres: { ...postgres, users: [{ name: 'other', databases: ['cvat'] }] } },
    said: [
      '  local  30-postgres/cluster  users',
      '    must contain the user "cvat", which another system connects as; got "other". Add { name: \'cvat\', databases: [\'cvat\'] } to postgres.users.',
    ],
    // The release reads it, and so does the Job that makes CVAT's superusers.
    follows: [
      'must be a Secret that this environment creates; got "my-postgres-pguser-cvat".',
      'must be a Secret that this environment creates; got "my-postgres-pguser-cvat".',
    ],
  },
  'chart version "latest"': {
    environment: { releases: [{ ...release, chart: fromOci('oci://registry.example.org/extra', 'latest') }] },
    said: [
      '  local  70-extra/releases[0]  chart.version',
      '    must be an exact version; got "latest". Set one release, such as "2.73.0": no range and no tag that moves.',
    ],
  },
  'two AppUsers with one name': {
    environment: { appUsers: [...john, ...john] },
    said: [
      '  local  60-app-users/appUsers[1]/resource  metadata.name',
      '    must be unique; AppUser cvat/john is also declared by 60-app-users/appUsers[0]/resource. Rename or remove one of the two.',
    ],
  },
  'a duration "10 minutes"': {
    environment: { releases: [{ ...release, timeout: '10 minutes' }] },
    said: ['  local  70-extra/releases[0]  timeout', '    must be a Go duration; got "10 minutes". Did you mean "10m"?'],
  },
};

describe.each(Object.entries(mistakes))('%s, alone,', (_, { environment, said, follows = [] }) => {
  const { problems } = synthesize({ local: { ...local, ...environment } });

  test('is a problem with its place and a remedy', () => {
    expect(formatProblems(problems.slice(0, 1))).toBe(`${said.join('\n')}\n`);
  });

  test('is reported once', () => {
    expect(problems.slice(1).map(({ message }) => message)).toEqual(follows);
  });
});

describe('values that are not data', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  const bad = { a: NaN, b: [Infinity], c: () => 1, d: new Date(0), e: cyclic };

  test('are all reported with their paths, in values and in the spec of a PostgresCluster, without a trace', () => {
    const environment = {
      ...local,
      postgres: { ...postgres, spec: { metadata: { labels: bad } } as object },
      releases: [{ ...release, values: bad }],
    };
    const { problems } = synthesize({ local: environment });
    const fields = (part: string): string[] => problems.filter(({ path }) => path.startsWith(part)).map(({ field }) => field);
    expect(fields('70-extra')).toEqual(['values.a', 'values.b[0]', 'values.c', 'values.d', 'values.e.self']);
    expect(fields('30-postgres')).toEqual(['a', 'b[0]', 'c', 'd', 'e.self'].map((field) => `spec.metadata.labels.${field}`));
  });
});

describe('one mistake gives one finding', () => {
  const problemsOf = (environment: Partial<Environment>): string[] =>
    synthesize({ local: { ...local, ...environment } }).problems.map(({ field, message, remedy }) => `${field}: ${message} ${remedy}`);

  test.each<[string, Partial<Environment>, string]>([
    [
      'a version of CVAT with "v"',
      { cvat: { ...cvat, version: 'v2.73.0' } },
      'version: must be the version without "v"; got "v2.73.0". Use "2.73.0".',
    ],
    [
      'an archive that does not exist',
      { releases: [{ ...release, chart: fromArchive('charts/missing-1.0.0.tgz') }] },
      'chart.file: "charts/missing-1.0.0.tgz" does not exist. Name a .tgz file, relative to the folder that synth runs in.',
    ],
    [
      'a name of 51 characters',
      { releases: [{ ...release, name: 'x'.repeat(51) }] },
      `name: must have at most 50 characters; got 51: "${'x'.repeat(51)}". Shorten it.`,
    ],
    [
      'a delivery that is not called',
      { delivery: k3s as unknown as Environment['delivery'] },
      'delivery: must be a delivery; got the function k3s. Call it: k3s().',
    ],
    [
      'two AppUsers with one e-mail address',
      { appUsers: [...john, ...john.map((user) => ({ ...user, name: 'other' }))] },
      'emailAddress: must be unique in the environment; AppUser "john" has the same e-mail address, "john.doe@kapernikov.com". Change one of the two.',
    ],
    [
      'a field that the CRD does not have',
      { postgres: { ...postgres, spec: { config: { parameter: {} } } as object } },
      'spec.config.parameter: must be a field that the CRD has; got "parameter". Did you mean "parameters"?',
    ],
    [
      'a value outside of an enum of the CRD',
      { postgres: { ...postgres, spec: { service: { type: 'Public' } } as object } },
      'spec.service.type: must be one of "ClusterIP", "NodePort", "LoadBalancer"; got "Public". Use one of them.',
    ],
    [
      'a value that does not match a pattern of the CRD',
      { postgres: { ...postgres, spec: { proxy: { pgBouncer: { resources: { limits: { cpu: '1 core' } } } } } as object } },
      'spec.proxy.pgBouncer.resources.limits.cpu: must be a Kubernetes quantity, such as 500m or 1Gi; got "1 core". Change it.',
    ],
  ])('%s', (_, environment, expected) => {
    expect(problemsOf(environment)).toEqual([expected]);
  });
});
