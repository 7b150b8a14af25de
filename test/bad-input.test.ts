import { fromArchive, fromOci } from '../constructs/helm/chart-source';
import { k3s } from '../constructs/helm/delivery/k3s';
import type { Environment } from '../constructs/platform';
import { fromCluster, toS3 } from '../constructs/postgres/backup';
import { formatProblems } from '../constructs/problem';
import { local } from './fixtures/environments/local';
import { synthesize } from './fixtures/synthesize';
import { type Outcome, Project } from './scripts/project';

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

/** By their names. An unknown key is a type error: see below. */
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

/** All of these mistakes in one environment, and an unknown key. */
const EVERYTHING = `import { ingress } from '../constructs/cvat/exposure';
import { fromOci } from '../constructs/helm/chart-source';
import { k3s } from '../constructs/helm/delivery/k3s';
import type { Environment } from '../constructs/platform';
import { fromCluster, toS3 } from '../constructs/postgres/backup';

const john = { name: 'john', lastName: 'Doe', firstName: 'John', emailAddress: 'john.doe@kapernikov.com' };

export const local: Environment = {
  delivery: k3s(),
  namespace: 'cvat',
  postgresOperator: { namespace: 'crunchy-pgo', version: '5.8.7' },
  postgres: {
    name: 'my-postgres',
    version: 15,
    replica: 2,
    replicas: 0,
    storage: { size: '1GB' },
    users: [{ name: 'My_User', databases: ['cvat'] }],
    backups: [toS3({ bucket: 'backups', endpoint: 's3.example.com', region: 'eu' })],
    restore: fromCluster({ name: 'old', repository: 'repo10' as 'repo1' }),
  },
  cvat: {
    version: 'latest',
    host: 'cvat kube public',
    exposure: ingress({ className: 'traefik' }),
    storage: { data: { size: '10Gi' }, cache: { size: '10Gi' } },
  },
  appUsers: [john, john],
  releases: [{ name: 'extra', namespace: 'extra', chart: fromOci('oci://registry.example.org/extra', '1.0.0'), timeout: '10 minutes' }],
};
`;

describe('all mistakes at once, by `npm run synth`', () => {
  let outcome: Outcome;
  let before: unknown;
  let after: unknown;

  beforeAll(async () => {
    const project = new Project();
    project.write('environments/local.ts', EVERYTHING);
    before = project.dist();
    outcome = await project.synth();
    after = project.dist();
    project.remove();
  });

  test('are reported in one list, with exit code 1', () => {
    expect([outcome.code, outcome.stdout]).toEqual([1, '']);
    const [headline = '', ...problems] = outcome.stderr.trimEnd().split('\n\n');
    expect(headline).toBe(`dist/ was not changed: ${problems.length} problems`);
    for (const problem of problems) expect(problem).toMatch(/^ {2}\S.*\n {4}\S.*$/);
  });

  test.each([
    "  environments/local.ts:16:5\n    Object literal may only specify known properties, but 'replica' does not exist in type",
    '  local  30-postgres/cluster  spec.instances[0].replicas\n    must be an integer >= 1; got 0.',
    '  local  30-postgres/cluster  spec.instances[0].dataVolumeClaimSpec.resources.requests.storage\n    must be a Kubernetes quantity; got "1GB".',
    '  local  30-postgres/cluster  users[0].name\n    must be lower-case letters',
    '  local  30-postgres/cluster  spec.backups.pgbackrest.repos[0]\n    must have credentials for S3',
    '  local  30-postgres/cluster  restore.repository\n    must be one of repo1',
    '  local  30-postgres/cluster  users\n    must contain the user "cvat"',
    '  local  50-cvat/cvat  host\n    must be a host name',
    '  local  50-cvat/cvat/release  chart.version\n    must be an exact version; got "latest".',
    '  local  70-extra/releases[0]  timeout\n    must be a Go duration; got "10 minutes".',
    '  local  60-app-users/appUsers[1]/resource  metadata.name\n    must be unique; AppUser cvat/john is also declared by 60-app-users/appUsers[0]/resource.',
  ])('are reported, each with its place:\n%s', (said) => {
    expect(outcome.stderr).toContain(`\n\n${said}`);
  });

  test('are reported without a stack trace', () => {
    expect(outcome.stderr).not.toMatch(/^\s*at |node_modules|Error:/m);
  });

  test('leave dist/ unchanged', () => {
    expect(after).toEqual(before);
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

test('an environment with five mistakes gives all findings in one run and writes nothing', async () => {
  const project = new Project();
  project.write(
    'environments/local.ts',
    EVERYTHING.replace(
      / {2}postgres: \{[\s\S]*?\n {2}\},\n/,
      "  postgres: { name: 'my-postgres', version: 15, replicas: 1, storage: { size: '5Gi' }, users: [{ name: 'cvat', databases: ['cvat'] }],\n    backups: [toS3({ bucket: 'backups', endpoint: 'https://s3.example.com', region: 'eu', credentials: 'keys' })] },\n",
    )
      .replace(/ {2}cvat: \{[\s\S]*?\n {2}\},\n/, '')
      .replace(/ {2}appUsers:.*\n/, '')
      .replace(
        / {2}releases:.*\n/,
        `  releases: [
    { name: 'one', namespace: 'extra', chart: fromOci('oci://registry-1.docker.io/cvat/cvat:2.73.0', '2.73.0'), values: { id: '0X1F', image: 'nginx:latest' } },
    { name: 'two', namespace: 'extra', chart: fromOci('oci://user:hunter2@registry.example.org/two', '1.0.0') },
  ],\n`,
      )
      .replace("import { ingress } from '../constructs/cvat/exposure';\n", '')
      .replace('fromCluster, ', '')
      .replace(/const john.*\n\n/, ''),
  );
  const before = project.dist();
  const { code, stderr } = await project.synth();
  expect(project.dist()).toEqual(before);
  project.remove();
  expect(code).toBe(1);
  for (const expected of [
    'chart.url\n    must be a registry with the path of a chart, without a tag; got "oci://registry-1.docker.io/cvat/cvat:2.73.0".',
    'spec.valuesContent: redis.secret.password\n    must not be the default of the chart, which is public',
    'spec.valuesContent: image\n    must have a tag that names one release; got "latest".',
    'chart.url\n    must not contain credentials or a query, because it is committed; got an address of registry.example.org with one.',
    'backups[0].endpoint\n    must be a host, optionally with a port, without scheme and path; got "https://s3.example.com".',
  ])
    expect(stderr).toContain(expected);
  expect(stderr).not.toContain('hunter2');
});
