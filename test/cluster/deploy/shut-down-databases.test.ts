import { describeShutDown, shutDownDatabases } from '../../../cluster/deploy/shut-down-databases';
import type { Manifest } from '../../../manifests/manifest';
import { distOf, manifest } from '../support/objects';

const secret = { kind: 'Secret', namespace: 'app', name: 'reports-pguser-app', keys: ['password'] };
const service = { kind: 'Service', namespace: 'app', name: 'reports-primary' };
const database = (spec: object): Manifest =>
  manifest('postgres-operator.crunchydata.com/v1beta1 PostgresCluster app/reports', { contract: { makes: [secret, service] }, spec });
const reading = manifest('helm.cattle.io/v1 HelmChart kube-system/app', { contract: { reads: [secret] } });
const pod = {
  containers: [{ name: 'a', env: [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: secret.name, key: 'password' } } }] }],
};
const job = manifest('batch/v1 Job app/import', { spec: { template: { spec: pod } } });
const other = manifest('v1 ConfigMap app/settings', { data: {} });

const described = (...objects: readonly Manifest[]): string[] => {
  const { stages } = distOf({ '30-postgres': [objects[0] as Manifest], '70-app': objects.slice(1) });
  return shutDownDatabases(stages, stages).map((each) => `${each.stage} ${each.object} ${describeShutDown(each)}`);
};

test('names every object that reads a Secret or Service of a database that is shut down', () => {
  expect(described(database({ shutdown: true }), reading, job, other)).toEqual([
    '30-postgres PostgresCluster app/reports is shut down: nothing can connect until it is started again; ' +
      'HelmChart kube-system/app and Job app/import use it',
  ]);
  expect(described(database({ shutdown: true }), other)).toEqual([expect.stringMatching(/no object of dist uses it$/)]);
});

test('says nothing of a database that runs', () => {
  expect(described(database({}), reading)).toEqual([]);
});
