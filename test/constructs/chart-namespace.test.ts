import { ApiObject, App, Chart } from 'cdk8s';
import { AppUser, AppUserCrd, AppUserOperator, Cvat, DataProtection, ingress, k3s, PostgresCluster } from '../../constructs';
import { reportedProblems } from '../../constructs/problem';
import { contractOf } from '../../manifests/contract';
import type { Manifest } from '../../manifests/manifest';

/** Every construct in a Chart with a namespace, without a namespace of its own. */
function chartWith(namespace: string): Chart {
  const chart = new Chart(new App(), 'annotation', { namespace });
  const cluster = new PostgresCluster(chart, 'postgres', {
    name: 'my-postgres',
    version: 15,
    replicas: 1,
    storage: { size: '5Gi' },
    users: [{ name: 'cvat', databases: ['cvat'] }],
  });
  new Cvat(chart, 'cvat', {
    version: '2.73.0',
    host: 'cvat.example.com',
    exposure: ingress({ className: 'traefik' }),
    storage: { data: { size: '10Gi' }, cache: { size: '5Gi' } },
    database: cluster.user('cvat'),
    operated: true,
    delivery: k3s(),
  });
  new AppUserCrd(chart, 'crd');
  new AppUserOperator(chart, 'operator', { image: 'app-user-operator:0.1.0' });
  new AppUser(chart, 'john', { name: 'john', firstName: 'John', lastName: 'Doe', emailAddress: 'john@example.com' });
  new DataProtection(chart, 'protection');
  return chart;
}

const objects = (): Manifest[] =>
  chartWith('vision')
    .node.findAll()
    .filter((construct) => construct instanceof ApiObject)
    .map((object) => object.toJson() as Manifest);

test('the namespace of the Chart reaches every object, and no cluster-scoped one', () => {
  const places = new Set(objects().map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? '-'}`));
  expect([...places].sort()).toEqual([
    'AppUser vision',
    'CustomResourceDefinition -',
    'Deployment vision',
    'HelmChart kube-system',
    'Ingress vision',
    'Job vision',
    'Namespace -',
    'NetworkPolicy vision',
    'PostgresCluster vision',
    'Role vision',
    'RoleBinding vision',
    'Secret vision',
    'ServiceAccount vision',
    'ValidatingAdmissionPolicy -',
    'ValidatingAdmissionPolicyBinding -',
  ]);
});

test('the namespace of the Chart reaches the database handle, the contract and the values of the chart', () => {
  const namespaces = objects().flatMap((object) => {
    const { makes = [], reads = [] } = contractOf(object);
    return [...makes, ...reads].filter(({ kind }) => ['Secret', 'Service'].includes(kind)).map(({ namespace }) => namespace);
  });
  expect(new Set(namespaces)).toEqual(new Set(['vision']));
  expect(JSON.stringify(objects())).toContain('my-postgres-primary.vision.svc');
  expect(JSON.stringify(objects())).not.toContain('default.svc');
});

test('constructs that share a Chart and its namespace have no problems', () => {
  expect(reportedProblems(chartWith('vision').node.root)).toEqual([]);
});
