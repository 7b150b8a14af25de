import { check } from '../../checks/check';
import { type Exposure, httpRoute, ingress } from '../../constructs/cvat/exposure';
import { fromOci } from '../../constructs/helm/chart-source';
import { k3s } from '../../constructs/helm/delivery/k3s';
import { type Environment, Platform } from '../../constructs/platform';
import { fromCluster, toVolume } from '../../constructs/postgres/backup';
import type { PostgresClusterProps } from '../../constructs/postgres/postgres-cluster';
import { reportedProblems } from '../../constructs/problem';
import { local } from '../fixtures/environments/local';

const release = { name: 'grafana', namespace: 'monitoring', chart: fromOci('oci://ghcr.io/grafana/grafana', '1.0.0') };

function stages(environment: Environment): Record<string, string[]> {
  const all = new Platform('test', environment).stages();
  return Object.fromEntries(
    all.map(({ name, objects }) => [name, objects.map(({ manifest: { kind, metadata } }) => `${kind} ${metadata.name}`)]),
  );
}

test('the systems of an environment are stages, in the order in which they need each other', () => {
  expect(stages({ ...local, releases: [release] })).toEqual({
    '00-data-protection': [
      'ValidatingAdmissionPolicy data-protection.platform.kapernikov.com',
      'ValidatingAdmissionPolicyBinding data-protection.platform.kapernikov.com',
      'ValidatingAdmissionPolicy changes.data-protection.platform.kapernikov.com',
      'ValidatingAdmissionPolicyBinding changes.data-protection.platform.kapernikov.com',
      'ValidatingAdmissionPolicy passwords.data-protection.platform.kapernikov.com',
      'ValidatingAdmissionPolicyBinding passwords.data-protection.platform.kapernikov.com',
    ],
    '10-app-user-crd': ['CustomResourceDefinition appusers.kapernikov.com'],
    '20-postgres-operator-crds': [
      'ValidatingAdmissionPolicy crd-protection.platform.kapernikov.com',
      'ValidatingAdmissionPolicyBinding crd-protection.platform.kapernikov.com',
      'CustomResourceDefinition postgresclusters.postgres-operator.crunchydata.com',
      'CustomResourceDefinition pgupgrades.postgres-operator.crunchydata.com',
      'CustomResourceDefinition pgadmins.postgres-operator.crunchydata.com',
      'CustomResourceDefinition crunchybridgeclusters.postgres-operator.crunchydata.com',
    ],
    '20-postgres-operator': ['Namespace crunchy-pgo', 'HelmChart pgo'],
    '30-postgres': ['Namespace cvat', 'PostgresCluster my-postgres', 'Secret my-postgres-pguser-cvat'],
    '40-app-user-operator': [
      'ServiceAccount app-user-operator',
      'Role app-user-operator',
      'RoleBinding app-user-operator',
      'Deployment app-user-operator',
      'NetworkPolicy app-user-operator',
    ],
    '50-cvat': ['Ingress cvat-closed-registration', 'HelmChart cvat', expect.stringMatching(/^Job cvat-administrators-[0-9a-f]{8}$/)],
    '60-app-users': ['AppUser john'],
    '70-grafana': ['Namespace monitoring', 'HelmChart grafana'],
  });
});

test('the stages are in the order in which kubectl reads their files', () => {
  const names = new Platform('test', { ...local, releases: [release, { ...release, name: 'loki' }] }).stages().map(({ name }) => name);
  const files = names.map((name) => `${name}.k8s.yaml`);
  expect(files).toEqual([...files].sort());
});

test('the first stage that is applied creates a namespace, in any order of the releases', () => {
  const releases = [{ ...release, name: 'loki' }, release];
  expect(stages({ delivery: k3s(), dataProtection: false, releases })).toEqual({
    '70-grafana': ['Namespace monitoring', 'HelmChart grafana'],
    '70-loki': ['HelmChart loki'],
  });
});

test('an environment without systems has no stages', () => {
  expect(stages({ delivery: k3s(), dataProtection: false })).toEqual({});
});

test('keeps the CRD when appUsers is empty', () => {
  expect(stages({ delivery: k3s(), dataProtection: false, appUsers: [] })).toEqual({
    '10-app-user-crd': ['CustomResourceDefinition appusers.kapernikov.com'],
  });
});

test('any further chart is a stage of its own, and needs no code', () => {
  expect(stages({ delivery: k3s(), dataProtection: false, releases: [release, { ...release, name: 'loki' }] })).toEqual({
    '70-grafana': ['Namespace monitoring', 'HelmChart grafana'],
    '70-loki': ['HelmChart loki'],
  });
});

test('further PostgresClusters are in the stage of the first, each in its own namespace or in that of the environment', () => {
  const further = (name: string): PostgresClusterProps => ({
    name,
    version: 17,
    replicas: 1,
    storage: { size: '1Gi' },
    backups: [toVolume({ size: '1Gi' })],
  });
  const postgresClusters = [further('grafana'), { ...further('wiki'), namespace: 'wiki' }];
  const environment: Environment = { ...local, postgresClusters };
  expect(check(new Platform('test', environment).stages())).toEqual([]);
  expect(stages(environment)['30-postgres']).toEqual([
    'Namespace cvat',
    'Namespace wiki',
    'PostgresCluster my-postgres',
    'Secret my-postgres-pguser-cvat',
    'PostgresCluster grafana',
    'PostgresCluster wiki',
  ]);
});

test('a clone of a cluster of the environment is in a stage after it, and CVAT stays on the original', () => {
  const clone = (name: string): PostgresClusterProps => ({
    name: `${name}-copy`,
    version: 15,
    replicas: 1,
    storage: { size: '1Gi' },
    backups: [toVolume({ size: '1Gi' })],
    restore: fromCluster({ name, repository: 'repo1' }),
  });
  const environment: Environment = { ...local, postgresClusters: [clone('my-postgres'), clone('elsewhere')] };
  const all = stages(environment);
  expect(all['35-postgres-clones']).toEqual(['PostgresCluster my-postgres-copy']);
  expect(all['30-postgres']).toContain('PostgresCluster elsewhere-copy');
  const [cvat] = new Platform('test', environment).stages().filter(({ name }) => name === '50-cvat');
  expect(JSON.stringify(cvat)).toContain('my-postgres-pguser-cvat');
  expect(JSON.stringify(cvat)).not.toContain('copy');
});

test('every object has the label of its environment', () => {
  const objects = new Platform('test', { ...local, releases: [release] }).stages().flatMap((stage) => stage.objects);
  expect(objects).toHaveLength(29);
  for (const { manifest } of objects) expect(manifest.metadata.labels).toMatchObject({ 'platform.kapernikov.com/environment': 'test' });
});

test('an object knows the construct that made it', () => {
  const [stage] = new Platform('test', { delivery: k3s(), dataProtection: false, releases: [release] }).stages();
  expect(stage?.objects.map(({ path }) => path)).toContain('70-grafana/releases[0]/resource');
});

test('CVAT, its database and its people are in one namespace, and in the default one without a name', () => {
  const namespaces = (environment: Environment): unknown[] =>
    new Platform('test', environment)
      .stages()
      .flatMap(({ objects }) => objects.map(({ manifest }) => manifest))
      .filter(({ kind }) => ['PostgresCluster', 'Ingress', 'AppUser'].includes(kind))
      .map(({ metadata }) => metadata.namespace);
  expect(namespaces({ ...local, namespace: 'annotation' })).toEqual(['annotation', 'annotation', 'annotation']);
  expect(namespaces({ ...local, namespace: undefined })).toEqual([undefined, 'default', undefined]);
});

test('no constructor throws on a mistake: three mistakes are three problems', () => {
  const platform = new Platform('test', {
    ...local,
    ...(local.postgres && { postgres: { ...local.postgres, replicas: 0 } }),
    ...(local.cvat && { cvat: { ...local.cvat, host: 'not a host' } }),
    releases: [{ ...release, name: 'Not A Name' }],
  });
  expect(reportedProblems(platform).map(({ path, field }) => `${path} ${field}`)).toEqual([
    '30-postgres/cluster spec.instances[0].replicas',
    '50-cvat/cvat host',
    '70-Not A Name/releases[0] name',
  ]);
});

describe('with the AppUser operator', () => {
  const operated = new Platform('test', local);
  const text = (stages: ReturnType<Platform['stages']>): string => JSON.stringify(stages);

  test('the installer is not asked for the passwords of the caches; without it, the installer is, and there are no superusers', () => {
    expect(text(operated.stages())).not.toContain('openssl');
    const without = new Platform('test', { ...local, appUserOperator: undefined }).stages();
    expect(text(without)).toContain('Secret cvat/cvat-redis: password <- openssl rand -hex 24');
    expect(text(without)).not.toContain('administrator');
  });

  test('passes the checks, also without CVAT', () => {
    expect(check(operated.stages())).toEqual([]);
    expect(check(new Platform('test', { ...local, cvat: undefined }).stages())).toEqual([]);
  });

  test('passes the URL of CVAT to the operator, with the scheme of the exposure', () => {
    const address = (exposure: Exposure | undefined): string | undefined => {
      const environment = { ...local, cvat: exposure && local.cvat && { ...local.cvat, exposure } };
      return /"name":"PUBLIC_URL","value":"([^"]*)"/.exec(text(new Platform('test', environment).stages()))?.[1];
    };
    expect(address(ingress({ className: 'traefik' }))).toBe('http://cvat.kube-public');
    expect(address(ingress({ className: 'traefik', clusterIssuer: 'ca' }))).toBe('https://cvat.kube-public');
    expect(address(httpRoute({ gateway: { name: 'public', namespace: 'gateways' } }))).toBe('https://cvat.kube-public');
    expect(address(undefined)).toBeUndefined();
  });
});

describe('AppUsers that no application serves', () => {
  const appUsers = [{ name: 'john', lastName: 'Doe', firstName: 'John', emailAddress: 'john.doe@example.com' }];
  const problems = (change: Partial<Environment>): string[] =>
    reportedProblems(new Platform('test', { delivery: k3s(), namespace: 'cvat', appUsers, ...change })).map(
      ({ path, field, message, remedy }) => `${path} ${field}: ${message} ${remedy}`,
    );
  const appUserOperator = { image: 'app-user-operator:0.1.0' };

  test('are a problem beside their operator, because a deployment would wait for them', () => {
    expect(problems({ appUserOperator })).toEqual([
      '60-app-users appUsers: must be empty while cvat is left out, because no application serves the AppUsers; got 1. Remove them (appUsers: [] keeps the CRD), or add cvat.',
    ]);
    expect(problems({ appUserOperator, appUsers: [] })).toEqual([]);
  });

  test('are none without an operator: such AppUsers have no effect, and no deployment waits for them', () => {
    expect(problems({})).toEqual([]);
  });
});
