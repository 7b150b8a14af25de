import { synthesize } from '../fixtures/synthesize';
import { type KubernetesObject, parseObjects } from './crd';
import { edit } from './edit';
import { schemaOf, upstreamSchemas } from './schemas';

/** An object of our own, to be spoilt in one place. */
function ours(kind: string): KubernetesObject {
  const object = [...synthesize().files.values()].flatMap(parseObjects).find((candidate) => candidate.kind === kind);
  if (!object) throw new Error(`No environment has a ${kind}.`);
  return object;
}

const findings = (kind: string, object: KubernetesObject): string[] => schemaOf(upstreamSchemas(), kind).findings(object);

type Case = [title: string, path: string, value: unknown, expected: string];

describe('A PostgresCluster is refused', () => {
  const kind = 'postgres-operator.crunchydata.com/PostgresCluster';
  const cluster = ours('PostgresCluster');
  const parameter = 'spec.config.parameters';

  it('never as it is', () => {
    expect(findings(kind, cluster)).toEqual([]);
  });

  it.each<Case>([
    ['with a misspelt field', 'spec.instance', [], 'spec: unknown field "instance"'],
    ['with a misspelt field deep inside', 'spec.instances.0.replica', 2, 'spec.instances[0]: unknown field "replica"'],
    ['with a misspelt field of metadata', 'metadata.label', {}, 'metadata: unknown field "label"'],
    ['without its instances', 'spec.instances', undefined, "spec: must have required property 'instances'"],
    ['with a number in words', 'spec.instances.0.replicas', 'two', 'spec.instances[0].replicas: must be integer'],
    ['with no replica', 'spec.instances.0.replicas', 0, 'spec.instances[0].replicas: must be >= 1'],
    ['with a major version that PGO does not know', 'spec.postgresVersion', 10, 'spec.postgresVersion: must be >= 11'],
    [
      'with an unknown kind of Service',
      'spec.service.type',
      'Public',
      'spec.service.type: must be one of ["ClusterIP","NodePort","LoadBalancer"]',
    ],
    [
      'with a repository that pgBackRest does not number',
      'spec.backups.pgbackrest.repos.0.name',
      'repo5',
      'must match pattern "^repo[1-4]"',
    ],
    ['with a database user in capitals', 'spec.users.0.name', 'My_User', 'spec.users[0].name: must match pattern'],
    [
      'with a size that is no quantity',
      'spec.instances.0.dataVolumeClaimSpec.resources.requests.storage',
      '1GB',
      'spec.instances[0].dataVolumeClaimSpec.resources.requests.storage: must match pattern',
    ],
    [
      'with two users of one name',
      'spec.users',
      [{ name: 'cvat' }, { name: 'cvat' }],
      'spec.users: must not have two items with the same name',
    ],
    [
      'with a data volume without access modes',
      'spec.instances.0.dataVolumeClaimSpec.accessModes',
      undefined,
      'spec.instances[0].dataVolumeClaimSpec: No such key: accessModes evaluating rule: missing accessModes',
    ],
    [
      'with a data volume with an empty list of access modes',
      'spec.instances.0.dataVolumeClaimSpec.accessModes',
      [],
      'spec.instances[0].dataVolumeClaimSpec: missing accessModes',
    ],
    [
      'with a data volume without a size',
      'spec.instances.0.dataVolumeClaimSpec.resources.requests',
      {},
      'spec.instances[0].dataVolumeClaimSpec: missing storage request',
    ],
    ['with a port as a parameter', `${parameter}.port`, 5433, `${parameter}: change port using .spec.port instead`],
    ['with TLS as a parameter', `${parameter}.ssl`, 'off', `${parameter}: TLS is always enabled`],
    ['with a parameter of archiving', `${parameter}.archive_mode`, 'off', `${parameter}: failed rule: !has(self.archive_mode)`],
    ['with another wal_level than logical', `${parameter}.wal_level`, 'minimal', `${parameter}: wal_level must be "replica" or higher`],
    ['with a password in the options of a user', 'spec.users.0.options', "PASSWORD 'x'", 'spec.users[0].options: cannot assign password'],
  ])('%s', (_, path, value, expected) => {
    expect(findings(kind, edit(cluster, path, value)).join('\n')).toContain(expected);
  });

  it('of a version that the CRD does not serve', () => {
    const other = { ...cluster, apiVersion: 'postgres-operator.crunchydata.com/v1' };
    expect(findings(kind, other).join()).toContain('postgres-operator.crunchydata.com/v1 PostgresCluster is not served');
  });
});

describe('A HelmChart is refused', () => {
  const kind = 'helm.cattle.io/HelmChart';
  const chart = ours('HelmChart');

  it.each<Case>([
    ['with a misspelt field', 'spec.valueContent', '', 'spec: unknown field "valueContent"'],
    ['with an unknown failure policy', 'spec.failurePolicy', 'ignore', 'spec.failurePolicy: must be one of ["abort","reinstall","retry"]'],
    ['with an object where text belongs', 'spec.valuesContent', { a: 1 }, 'spec.valuesContent: must be string'],
  ])('%s', (_, path, value, expected) => {
    expect(findings(kind, edit(chart, path, value)).join('\n')).toContain(expected);
  });
});

describe('An HTTPRoute is refused', () => {
  const kind = 'gateway.networking.k8s.io/HTTPRoute';
  const route = ours('HTTPRoute');

  it.each<Case>([
    ['with a host name with a port', 'spec.hostnames', ['cvat.example.com:443'], 'spec.hostnames[0]: must match pattern'],
    ['with a port that is none', 'spec.rules.0.backendRefs.0.port', 70000, 'spec.rules[0].backendRefs[0].port: must be <= 65535'],
    ['with a Service without its port', 'spec.rules.0.backendRefs.0.port', undefined, 'Must have port for Service reference'],
    ['with a relative path', 'spec.rules.0.matches', [{ path: { type: 'Exact', value: 'api' } }], 'value must be an absolute path'],
    [
      // has(self.matches[0].path), which only our own reading of CEL understands
      'with a prefix that is replaced, but matched exactly',
      'spec.rules.0',
      {
        matches: [{ path: { type: 'Exact', value: '/a' } }],
        filters: [{ type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/b' } } }],
      },
      'When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified',
    ],
    [
      'with a request that times out before its backend does',
      'spec.rules.0.timeouts',
      { request: '1s', backendRequest: '1m' },
      'backendRequest timeout cannot be longer than request timeout',
    ],
  ])('%s', (_, path, value, expected) => {
    expect(findings(kind, edit(route, path, value)).join('\n')).toContain(expected);
  });
});
