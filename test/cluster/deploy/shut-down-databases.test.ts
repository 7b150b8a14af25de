import { describeShutDown, shutDownDatabases } from '../../../cluster/deploy/shut-down-databases';
import { toVolume } from '../../../constructs/postgres/backup';
import { userOf } from '../../../constructs/postgres/database-user';
import { fromOci } from '../../../constructs/helm/chart-source';
import { argoCd } from '../../../constructs/helm/delivery/argo-cd';
import { flux } from '../../../constructs/helm/delivery/flux';
import { k3s } from '../../../constructs/helm/delivery/k3s';
import { Platform } from '../../../constructs/platform';
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

describe('with every delivery', () => {
  const reports = {
    name: 'reports',
    namespace: 'reports',
    version: 15,
    upgrade: { to: 16 },
    replicas: 1,
    storage: { size: '1Gi' },
    users: [{ name: 'app', databases: ['app'] }],
    backups: [toVolume({ size: '1Gi', keepFull: 1 })],
  } as const;
  const user = userOf(reports, 'app');
  const chart = fromOci('oci://registry.example.org/charts/tool', '1.2.3');

  test.each([
    ['k3s', k3s(), 'HelmChart kube-system'],
    ['flux', flux(), 'HelmRelease flux-system'],
    ['argoCd', argoCd(), 'Application argocd'],
  ])('names the releases that read its Secret, or name its host or its Secret in their values: %s', (_, delivery, installer) => {
    const platform = new Platform('local', {
      delivery,
      postgresClusters: [reports],
      releases: [
        { name: 'reader', namespace: 'reports', chart, reads: [user.secret] },
        { name: 'by-host', namespace: 'tools', chart, values: { database: { host: user.host } } },
        { name: 'by-secret', namespace: 'reports', chart, values: { database: { existingSecret: user.secret.name } } },
        { name: 'other', namespace: 'reports', chart },
      ],
    });
    const stages = platform.stages().map(({ name, objects }) => ({ name, file: name, objects: objects.map(({ manifest: each }) => each) }));
    const [shutDown, ...more] = shutDownDatabases(stages, stages);
    expect(more).toEqual([]);
    const releases = shutDown?.users.filter((name) => name.startsWith(installer)).map((name) => name.split('/')[1]);
    expect(releases?.sort()).toEqual(['by-host', 'by-secret', 'reader']);
  });
});
