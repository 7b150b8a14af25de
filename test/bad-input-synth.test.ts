import { type Outcome, Project } from './scripts/project';

/** The mistakes of test/bad-input.test.ts in one environment, and an unknown key, which is a type error. */
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
    'chart.url\n    must be a registry with a path, without tag and digest; got "oci://registry-1.docker.io/cvat/cvat:2.73.0".',
    'spec.valuesContent: redis.secret.password\n    must not be the default of the chart, which is public',
    'spec.valuesContent: image\n    must have a tag that names one release; got "latest".',
    'chart.url\n    must not contain credentials or a query, because it is committed; got an address of registry.example.org with one.',
    'backups[0].endpoint\n    must be a host, optionally with a port, without scheme and path; got "https://s3.example.com".',
  ])
    expect(stderr).toContain(expected);
  expect(stderr).not.toContain('hunter2');
});
