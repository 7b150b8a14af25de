import { type ChartSource, fromGit, fromOci, fromRepository } from '../constructs/helm/chart-source';
import { argoCd } from '../constructs/helm/delivery/argo-cd';
import { flux } from '../constructs/helm/delivery/flux';
import { k3s } from '../constructs/helm/delivery/k3s';
import { rendered } from '../constructs/helm/delivery/rendered';
import type { Environment } from '../constructs/platform';
import { toS3 } from '../constructs/postgres/backup';
import { local } from './fixtures/environments/local';
import { synthesize } from './fixtures/synthesize';

/** Inputs as people write them, each the only mistake of an environment: one finding, and never an exception. */

const { postgres, cvat, appUsers = [] } = local;
if (!postgres || !cvat || !appUsers[0]) throw new Error('local has no database, no CVAT or no AppUser');
const [john] = appUsers;

type Change = Partial<Environment>;
const OCI = fromOci('oci://registry.example.org/extra', '1.0.0');
/** A value of another type than declared, as in a checkout without the type check. */
const untyped = <Value>(value: unknown): Value => value as Value;
const release = (fields: object): Change => ({ releases: untyped([{ name: 'extra', namespace: 'extra', chart: OCI, ...fields }]) });
const chart = (source: ChartSource): Change => release({ chart: source });
const database = (fields: object): Change => ({ postgres: { ...postgres, ...fields } });
const s3 = (fields: object): Change =>
  database({ backups: [toS3({ bucket: 'backups', endpoint: 's3.example.com', region: 'eu', credentials: 'c', ...fields })] });
const application = (fields: object): Change => ({ cvat: { ...cvat, ...fields } });
const user = (fields: object): Change => ({ appUsers: untyped([{ ...john, ...fields }]) });

function findings(change: Change): string[] {
  return synthesize({ local: { ...local, ...change } }).problems.map(({ field, message }) => `${field}: ${message}`);
}

const STORAGE = 'spec.instances[0].dataVolumeClaimSpec.resources.requests.storage';
const ENDPOINT = 'backups[0].endpoint: must be a host, optionally with a port, without scheme and path; got';
const BUCKET = 'backups[0].bucket: must be a bucket name, without scheme and path; got';
const HOST = 'host: must be a host name, without scheme, port, path or spaces; got';

test.each<[string, Change, string]>([
  // Charts
  [
    'OCI:// in capitals',
    chart(fromOci('OCI://registry.example.org/extra', '1.0.0')),
    'chart.url: must be an address that starts with oci://',
  ],
  [
    'an address in spaces',
    chart(fromOci(' oci://registry.example.org/extra ', '1.0.0')),
    'chart.url: must be an address that starts with oci://',
  ],
  ['no address', chart(fromOci(untyped(undefined), '1.0.0')), 'chart.url: must be an address that starts with oci://'],
  [
    'a host with a letter of another script',
    chart(fromRepository('https://chärts.example.com', 'a', '1.0.0')),
    'chart.url: must be an address',
  ],
  [
    'an encoded password',
    chart(fromRepository('https://user%3Apw@charts.example.com', 'a', '1.0.0')),
    'chart.url: must not contain credentials',
  ],
  ['two numbers as a version', chart(fromOci(OCI.url, '1.0')), 'chart.version: must be an exact version; got "1.0".'],
  ['a version with a space', chart(fromOci(OCI.url, ' 1.0.0')), 'chart.version: must be an exact version; got " 1.0.0".'],
  ['an empty version', chart(fromOci(OCI.url, '')), 'chart.version: must be an exact version; got "".'],
  ['values as text', release({ values: 'a: b' }), 'values: must be a map; got "a: b".'],
  ['values as a list', release({ values: [1] }), 'values: must be a map; got [1].'],
  ['values null', release({ values: null }), 'values: must be a map; got null.'],
  ['a Map in values', release({ values: { a: new Map() } }), 'values.a: must be text, a finite number'],
  ['a bigint in values', release({ values: { a: 10n } }), 'values.a: must be text, a finite number'],
  [
    'an image that moves, in capitals',
    release({ values: { image: { repository: 'nginx', tag: 'LATEST' } } }),
    'spec.valuesContent: image.tag: must have a tag',
  ],
  [
    'an image in a list',
    release({ values: { sidecars: [{ image: 'busybox:stable' }] } }),
    'spec.valuesContent: sidecars[0].image: must have a tag',
  ],
  [
    'a tag as a number',
    release({ values: { image: { repository: 'nginx', tag: 1.27 } } }),
    'spec.valuesContent: image.tag: must have a tag',
  ],
  ['a duration in capitals', release({ timeout: '5M' }), 'timeout: must be a Go duration; got "5M".'],
  ['a negative duration', release({ timeout: '-5m' }), 'timeout: must be a Go duration; got "-5m".'],
  ['an empty duration', release({ timeout: '' }), 'timeout: must be a Go duration; got "".'],
  // Object stores
  ['HTTPS:// in capitals', s3({ endpoint: 'HTTPS://S3.example.com' }), `${ENDPOINT} "HTTPS://S3.example.com".`],
  ['a port that does not exist', s3({ endpoint: 's3.example.com:99999' }), `${ENDPOINT} "s3.example.com:99999".`],
  ['an endpoint with a space', s3({ endpoint: 's3.example.com ' }), `${ENDPOINT} "s3.example.com ".`],
  ['an endpoint with a key', s3({ endpoint: 'key:hunter2@s3.example.com' }), 'backups[0].endpoint: must be a host without credentials'],
  ['an ARN as a bucket', s3({ bucket: 'arn:aws:s3:::backups' }), `${BUCKET} "arn:aws:s3:::backups".`],
  ['a bucket with an underscore', s3({ bucket: 'my_bucket' }), `${BUCKET} "my_bucket".`],
  ['a bucket with two dots', s3({ bucket: 'a..b' }), `${BUCKET} "a..b".`],
  ['an IP address as a bucket', s3({ bucket: '192.168.0.1' }), `${BUCKET} "192.168.0.1".`],
  ['a blank region', s3({ region: ' ' }), 'backups[0].region: must be the region of the bucket; got " ".'],
  ['no region', s3({ region: undefined }), 'spec.backups.pgbackrest.repos[0].s3.region: must be set; got none.'],
  ['a path with a space', s3({ path: '/a b' }), 'backups[0].path: must be an absolute path; got "/a b".'],
  ['a path of Windows', s3({ path: 'C:\\x' }), 'backups[0].path: must be an absolute path; got "C:\\x".'],
  ['an empty name of the Secret', s3({ credentials: '' }), 'backups[0].credentials: must be lower-case letters'],
  ['a Secret in capitals', s3({ credentials: 'My_Secret' }), 'backups[0].credentials: must be lower-case letters'],
  // PostgresCluster
  ['replicas as text', database({ replicas: '2' }), 'spec.instances[0].replicas: must be an integer; got "2".'],
  ['half a replica', database({ replicas: 1.5 }), 'spec.instances[0].replicas: must be an integer >= 1; got 1.5.'],
  ['a version as text', database({ version: '15' }), 'spec.postgresVersion: must be an integer; got "15".'],
  ['a minor version', database({ version: 15.4 }), 'version: must be a major version of PostgreSQL'],
  ['a size without a unit', database({ storage: { size: '5' } }), `${STORAGE}: must be an amount of bytes with a unit; got "5", 5 bytes.`],
  ['a size with a space', database({ storage: { size: '5 Gi' } }), `${STORAGE}: must be a Kubernetes quantity; got "5 Gi".`],
  ['a size in small letters', database({ storage: { size: '5gi' } }), `${STORAGE}: must be a Kubernetes quantity; got "5gi".`],
  ['a size in full-width digits', database({ storage: { size: '５Gi' } }), `${STORAGE}: must be a Kubernetes quantity; got "５Gi".`],
  ['a negative size', database({ storage: { size: '-1Gi' } }), `${STORAGE}: must be a Kubernetes quantity; got "-1Gi".`],
  ['no unit of PostgreSQL', database({ parameters: { work_mem: '64M' } }), 'parameters.work_mem: must have a unit of PostgreSQL'],
  ['a boolean parameter', database({ parameters: { jit: true } }), 'spec.config.parameters.jit: must be an integer or text; got true.'],
  [
    'one user twice',
    database({ users: ['cvat', 'cvat'].map((name) => ({ name, databases: [name] })) }),
    'users[1].name: must be unique; got "cvat" twice.',
  ],
  [
    'a database without a name',
    database({ users: [{ name: 'cvat', databases: [''] }] }),
    'spec.users[0].databases[0]: must have at least 1 character',
  ],
  // CVAT, AppUsers and namespaces
  ['a version with V', application({ version: 'V2.73.0' }), 'chart.version: must be an exact version; got "V2.73.0".'],
  ['a major version of CVAT', application({ version: '2' }), 'chart.version: must be an exact version; got "2".'],
  ['a host in capitals', application({ host: 'CVAT.example.com' }), `${HOST} "CVAT.example.com".`],
  ['a host with a dot at its end', application({ host: 'cvat.example.com.' }), `${HOST} "cvat.example.com.".`],
  ['an IP address as host', application({ host: '10.0.0.1' }), `${HOST} "10.0.0.1".`],
  ['a last name as a number', user({ lastName: 12 }), 'spec.lastName: must be text; got 12.'],
  [
    'an e-mail address with spaces',
    user({ emailAddress: ' john@example.org ' }),
    'emailAddress: must be accepted by the CRD; got " john@example.org ".',
  ],
  [
    'one e-mail address in other case',
    { appUsers: [john, { ...john, name: 'other', emailAddress: john.emailAddress.toUpperCase() }] },
    'emailAddress: must be unique in the environment',
  ],
  ['a namespace in capitals', { namespace: 'CVAT' }, 'namespace: must be lower-case letters'],
  ['an empty namespace', { namespace: '' }, 'namespace: must be lower-case letters'],
])('%s', (_, change, expected) => {
  const [first = '', ...others] = findings(change);
  expect(others).toEqual([]);
  expect(first).toContain(expected);
  expect(first).not.toContain('hunter2');
});

test.each<[string, Change]>([
  ['text that YAML reads as a number', user({ lastName: '0X1F', firstName: '0b1' })],
  ['keys that YAML reads as other types', release({ values: { '0X1F': 1, yes: true, null: 2, '1e1_0': 3 } })],
  ['a size in an exponent', database({ storage: { size: '5e9' } })],
  ['an image of a registry with a port', database({ image: 'reg:5000/crunchy-postgres:ubi8-15.4-0' })],
])('accepts %s', (_, change) => {
  expect(findings(change)).toEqual([]);
});

test.each([
  'oci://registry-1.docker.io:443/cvat/cvat',
  'oci://Registry-1.Docker.io/cvat/cvat',
  'oci://docker.io/cvat/cvat',
  'oci://index.docker.io/cvat/cvat',
  `oci://registry-1.docker.io/cvat/cvat@sha256:${'a'.repeat(64)}`,
])('the chart of %s is recognized: its default passwords are findings', (url) => {
  expect(findings(chart(fromOci(url, '2.73.0'))).join()).toContain('redis.secret.password: must not be the default of the chart');
});

describe.each([
  ['k3s', k3s()],
  ['flux', flux()],
  ['argoCd', argoCd()],
  ['rendered', rendered({ kubeVersion: '1.33.0' })],
])('%s', (_, delivery) => {
  test.each([
    fromRepository('https://user:hunter2@charts.example.com', 'a', '1.0.0'),
    fromOci('oci://user:hunter2@registry.example.org/extra', '1.0.0'),
    fromGit('ssh://git:hunter2@example.org/a', { path: 'chart', tag: 'v1.0.0' }),
    fromGit('https://hunter2@example.org/a', { path: 'chart', tag: 'v1.0.0' }),
  ])('does not print the password in %j', (source) => {
    const { problems } = synthesize({ local: { ...local, delivery, ...chart(source) } });
    expect(problems.map(({ field }) => field)).toContain('chart.url');
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
});

test.each([
  ['flux', flux()],
  ['argoCd', argoCd()],
])('%s fetches a version with a build by the tag that Helm pushes', (_, delivery) => {
  const { problems, files } = synthesize({ local: { ...local, delivery, ...chart(fromOci(OCI.url, '1.2.3+build.5')) } });
  expect(problems).toEqual([]);
  expect(files.get('70-extra.k8s.yaml')).toMatch(/(tag|targetRevision): 1\.2\.3_build\.5$/m);
});

test.each([
  ['flux', flux(), 'flux-system'],
  ['argoCd', argoCd(), 'argocd'],
])(
  "a release in the namespace of %s' controller does not create that, so that nothing deletes it with the environment",
  (_, delivery, namespace) => {
    const { problems, files } = synthesize({ local: { ...local, delivery, ...release({ namespace }) } });
    expect(problems).toEqual([]);
    expect(files.get('70-extra.k8s.yaml')).toMatch(/^kind: (HelmRelease|Application)$/m);
    expect([...files.values()].join('')).not.toMatch(
      new RegExp(`^kind: Namespace\\nmetadata:\\n(?: +.*\\n)*? {2}name: ${namespace}$`, 'm'),
    );
  },
);

test('an address without a scheme is refused without its password', () => {
  for (const url of [
    'user:hunter2@charts.example.com',
    'https:\\\\user:hunter2@charts.example.com',
    'ftp://user:hunter2@charts.example.com',
  ])
    expect(findings(chart(fromRepository(url, 'a', '1.0.0'))).join()).not.toContain('hunter2');
});
