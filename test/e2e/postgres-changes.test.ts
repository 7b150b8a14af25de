import { isDeepStrictEqual } from 'node:util';
import { FIELD_MANAGER } from '../../cluster/api/cluster';
import type { Manifest } from '../../manifests/manifest';
import type { Live } from './harness/api';
import { type Cluster, startCluster } from './harness/cluster';
import { Commands, succeeded } from './harness/command';
import { LOCAL, stagesIn, written } from './harness/dist';
import type { Kubectl } from './harness/kubectl';
import { until } from './harness/until';

interface Spec {
  readonly instances: readonly object[];
  readonly backups: { readonly pgbackrest: { readonly repos: readonly object[] } };
}
type Edit = (object: Manifest) => Manifest;

const withSpec =
  (change: (spec: Spec) => object): Edit =>
  (object) =>
    object.kind === 'PostgresCluster' ? { ...object, spec: { ...(object['spec'] as Spec), ...change(object['spec'] as Spec) } } : object;

const resources = (memory: string): Edit =>
  withSpec(({ instances }) => ({ instances: instances.map((set) => ({ ...set, resources: { limits: { cpu: '0.5', memory } } })) }));
const repositories = (...added: readonly object[]): Edit =>
  withSpec(({ backups: { pgbackrest } }) => ({ backups: { pgbackrest: { ...pgbackrest, repos: [...pgbackrest.repos, ...added] } } }));

interface StatefulSet extends Live {
  readonly status: { readonly updateRevision: string };
}

interface Status {
  readonly metadata: { readonly generation: number };
  readonly status: {
    readonly observedGeneration: number;
    readonly instances: readonly { readonly replicas: number; readonly readyReplicas?: number; readonly updatedReplicas?: number }[];
  };
}

/** The rule that reads the status alone: PGO has observed the generation, and counts all instances as ready and updated. */
function isCompleteByStatus({ metadata, status }: Status): boolean {
  const isComplete = status.instances.every((set) => set.readyReplicas === set.replicas && set.updatedReplicas === set.replicas);
  return status.observedGeneration === metadata.generation && isComplete;
}

describe('a change of a running PostgresCluster', () => {
  let cluster: Cluster;
  let kubectl: Kubectl;
  let commands: Commands;

  beforeAll(async () => {
    cluster = await startCluster();
    ({ kubectl } = cluster);
    commands = new Commands(cluster.controlPlane);
    await commands.output('deploy', dist());
  });

  afterAll(async () => {
    commands?.close();
    await cluster?.stop();
  });

  /** PGO and the cluster of the environment, without what needs them. */
  function dist(...edits: readonly Edit[]): string {
    const stages = stagesIn(LOCAL).flatMap(({ file, objects }) => {
      const name = file.replace(/^.*\/|\.k8s\.yaml$/g, '');
      return /postgres/.test(name) ? [[name, objects.map((object) => edits.reduce((each, edit) => edit(each), object))] as const] : [];
    });
    return written('local', cluster.controlPlane.directory, Object.fromEntries(stages));
  }

  async function list<Each>(kind: string, ...what: readonly string[]): Promise<readonly Each[]> {
    const text = await kubectl.output(['get', kind, '-n', 'cvat', ...what, '-o', 'json']);
    return (JSON.parse(text) as { items: Each[] }).items;
  }

  /** What containers of the instances have, each with whether its pod is of its StatefulSet's last revision. */
  async function running(field: (container: { image: string; resources: { limits?: object } }) => unknown): Promise<unknown[]> {
    const selector = ['-l', 'postgres-operator.crunchydata.com/instance'];
    const sets = await list<StatefulSet>('statefulsets', ...selector);
    const pods = await list<Live & { spec: { containers: { name: string; image: string; resources: { limits?: object } }[] } }>(
      'pods',
      ...selector,
    );
    return pods.map(({ metadata, spec }) => {
      const set = sets.find((each) => `${each.metadata.name}-0` === metadata.name);
      const container = spec.containers.find(({ name }) => name === 'database');
      return [container && field(container), metadata.labels?.['controller-revision-hash'] === set?.status.updateRevision];
    });
  }

  /** Deploys a change that PGO applies only when deploy has said that it waits for that. */
  async function deployedLate(folder: string, waits: RegExp): Promise<void> {
    cluster.postgresOperator.options = { holdsChanges: true };
    const deploy = await commands.start('deploy', folder);
    await deploy.said(waits);
    cluster.postgresOperator.options = {};
    succeeded(await deploy.result());
  }

  test('is ready only when every pod runs it, though the status says so before', async () => {
    await deployedLate(
      dist(resources('1024Mi')),
      /^waiting +PostgresCluster cvat\/my-postgres: PGO has not applied its resources to StatefulSet my-postgres-/m,
    );
    const limits = { cpu: '500m', memory: '1Gi' };
    expect(await running((container) => container.resources.limits)).toEqual([
      [limits, true],
      [limits, true],
    ]);
  });

  test('is complete by its status alone while its pods are the old ones', async () => {
    const isComplete = async (): Promise<boolean> =>
      isCompleteByStatus(JSON.parse(await kubectl.output(['get', 'postgrescluster', 'my-postgres', '-n', 'cvat', '-o', 'json'])) as Status);
    const isChanged = async (): Promise<boolean> =>
      isDeepStrictEqual(await running(({ resources: { limits } }) => limits), Array(2).fill([{ cpu: '500m', memory: '1536Mi' }, true]));
    cluster.postgresOperator.options = { holdsChanges: true };
    await kubectl.output(['apply', '--server-side', `--field-manager=${FIELD_MANAGER}`, '-f', dist(resources('1536Mi'))]);
    await until('the status is complete', isComplete);
    expect(await isChanged()).toBe(false);
    cluster.postgresOperator.options = {};
    await until('all pods have the resources', async () => (await isChanged()) && (await isComplete()));
  });

  test('is not ready while a new pod does not start', async () => {
    cluster.pods.hold('my-postgres-instance1');
    try {
      const { code, stdout } = await commands.timedOutDeploy(/[01] of 2 instances are ready/, dist(resources('2Gi')));
      expect(code).toBe(1);
      expect(stdout).toMatch(/PostgresCluster cvat\/my-postgres\n +[01] of 2 instances are ready/);
      expect((await commands.run('status', dist(resources('2Gi')))).stdout).toMatch(
        /PostgresCluster cvat\/my-postgres +waiting +[01] of 2 instances are ready/,
      );
    } finally {
      cluster.pods.release('my-postgres-instance1');
    }
    await commands.output('deploy', dist(resources('2Gi')));
    expect(await running(({ resources: { limits } }) => limits)).toEqual([
      [{ cpu: '500m', memory: '2Gi' }, true],
      [{ cpu: '500m', memory: '2Gi' }, true],
    ]);
  });

  test('by a PGO with newer images is ready only when every pod has them', async () => {
    const image = 'registry.developers.crunchydata.com/crunchydata/crunchy-postgres:ubi9-15.20-2700';
    const upgrade: Edit = (object) =>
      object.kind === 'HelmChart'
        ? { ...object, spec: { ...(object['spec'] as object), set: { 'relatedImages.postgres_15.image': image } } }
        : object;
    await deployedLate(
      dist(resources('2Gi'), upgrade),
      new RegExp(`^waiting +PostgresCluster cvat/my-postgres: PGO has not applied image ${image} to StatefulSet`, 'm'),
    );
    expect(await running((container) => container.image)).toEqual([
      [image, true],
      [image, true],
    ]);
  });

  test('to a second repository is ready only when that works, too, and its volume goes with it', async () => {
    const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    const second = repositories({ name: 'repo2', schedules: { full: '0 2 * * 0' }, volume: { volumeClaimSpec: claim } });
    cluster.postgresOperator.options = { brokenRepositories: ['repo2'] };
    const { code, stdout } = await commands.timedOutDeploy(/repository repo2 has no stanza yet/, dist(second));
    expect(code).toBe(1);
    expect(stdout).toContain('repository repo2 has no stanza yet; if it stays so, check its location and credentials');

    cluster.postgresOperator.options = {};
    await commands.output('deploy', dist(second));
    const names = async (kind: string): Promise<(string | undefined)[]> => (await list<Live>(kind)).map(({ metadata }) => metadata.name);
    expect(await names('cronjobs')).toEqual(['my-postgres-repo1-full', 'my-postgres-repo2-full']);
    expect(await names('persistentvolumeclaims')).toContain('my-postgres-repo2');
    await commands.output('deploy', dist(), '--allow', 'remove-repository=repo2');
    await until('PGO deletes its volume', async () => !(await names('persistentvolumeclaims')).includes('my-postgres-repo2'));
  });

  test('that restores in place is reported as a restore, and has failed when that fails', async () => {
    const dataSource = { postgresCluster: { clusterName: 'my-postgres', repoName: 'repo1' } };
    const restored = dist(withSpec(() => ({ dataSource })));
    cluster.postgresOperator.options = { failingRestore: true };
    cluster.pods.hold('my-postgres-pgbackrest-restore');
    const deploy = await commands.start('deploy', restored, '--allow', 'restore');
    await deploy.said(/^waiting +PostgresCluster cvat\/my-postgres: restoring from a backup: Restoring cluster in-place$/m);
    cluster.pods.release('my-postgres-pgbackrest-restore');
    const { code, stdout } = await deploy.result();
    expect(code).toBe(1);
    expect(stdout).toContain(
      'the restore failed: pgBackRest restore failed. Read its log: kubectl -n cvat logs job/my-postgres-pgbackrest-restore',
    );

    cluster.postgresOperator.options = {};
    await kubectl.output(['delete', 'job', 'my-postgres-pgbackrest-restore', '-n', 'cvat']);
    const failed = 'jsonpath={.status.conditions[?(@.status=="False")].reason}';
    await until('PGO restores again', async () => {
      const reasons = await kubectl.output(['get', 'postgrescluster', 'my-postgres', '-n', 'cvat', '-o', failed]);
      return !reasons.includes('PGBackRestRestoreFailed');
    });
    await commands.output('deploy', restored);
    expect(await running((container) => container.image)).toEqual([
      [expect.any(String), true],
      [expect.any(String), true],
    ]);
  });

  test('under a CRD that was changed by hand is refused, and --force-conflicts restores the CRD', async () => {
    const crd = ['crd', 'postgresclusters.postgres-operator.crunchydata.com'];
    const path = '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/paused';
    await kubectl.output(['patch', ...crd, '--type=json', '-p', JSON.stringify([{ op: 'remove', path }])]);
    const { code, stdout } = await commands.run('deploy', dist());
    expect(code).toBe(1);
    expect(stdout).toContain('has another value, set by another field manager: .spec.versions by kubectl-patch');

    expect(await commands.output('deploy', dist(), '--force-conflicts')).toMatch(/^local is ready/m);
    const paused = 'jsonpath={.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.paused.type}';
    expect(await kubectl.output(['get', ...crd, '-o', paused])).toBe('boolean');
  });
});
