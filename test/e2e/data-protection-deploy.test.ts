import { k3s } from '../../constructs/helm/delivery/k3s';
import { FIXTURES } from '../fixtures/dist';
import { AppUserOperator } from './harness/app-user-operator';
import { type Cluster, startCluster } from './harness/cluster';
import { Commands } from './harness/command';
import { crd, install } from './harness/crds';
import { changed, edited, type Environment, LOCAL } from './harness/dist';
import type { Kubectl, KubectlResult } from './harness/kubectl';
import { until } from './harness/until';

const CLUSTER = ['-n', 'cvat', 'postgrescluster', 'my-postgres'];
const POLICIES = ['validatingadmissionpolicies,validatingadmissionpolicybindings'];

interface Run {
  readonly name: string;
  readonly environment: (directory: string) => Environment;
  /** What can be deployed without Gateways and users. */
  readonly stages: readonly string[];
  readonly prepare: (kubectl: Kubectl) => Promise<void>;
}

const RUNS: readonly Run[] = [
  { name: 'local', environment: () => LOCAL, stages: [], prepare: () => Promise.resolve() },
  {
    name: 'production on k3s',
    // Its policies, its backups in S3 and its replicas: k3s' controller runs here, Flux' does not.
    environment: (directory) => changed('production', directory, { delivery: k3s(), gitOps: undefined }),
    stages: ['data-protection', 'app-user-crd', 'postgres-operator-crds', 'postgres-operator', 'postgres'].flatMap((stage) => [
      '--stage',
      stage,
    ]),
    prepare: async (kubectl) => {
      await install(kubectl, [crd('httproutes.gateway.networking.k8s.io')]);
      await kubectl.output(['create', 'namespace', 'cvat']);
      const options = '[global]\nrepo1-s3-key=key\nrepo1-s3-key-secret=secret\n';
      await kubectl.output(['-n', 'cvat', 'create', 'secret', 'generic', 'my-postgres-backup', `--from-literal=s3.conf=${options}`]);
    },
  },
];

describe('the data of a deployed environment', () => {
  describe.each(RUNS)('$name', ({ name, environment: environmentIn, stages, prepare }) => {
    let cluster: Cluster;
    let kubectl: Kubectl;
    let commands: Commands;
    let appUserOperator: AppUserOperator;
    let environment: Environment;

    beforeAll(async () => {
      cluster = await startCluster({ traefik: true });
      ({ kubectl } = cluster);
      environment = environmentIn(cluster.controlPlane.directory);
      commands = new Commands(cluster.controlPlane);
      appUserOperator = await AppUserOperator.start(cluster.controlPlane);
      await prepare(kubectl);
      await commands.output('deploy', environment.folder, ...stages);
    });

    afterAll(async () => {
      commands?.close();
      await appUserOperator?.stop();
      await cluster?.stop();
    });

    const uids = (...what: readonly string[]): Promise<string> =>
      kubectl.output(['get', ...what, '-o', 'jsonpath={range .items[*]}{.metadata.name} {.metadata.uid}{"\\n"}{end}']);

    /** What would be lost: by the identity of its objects, and by the password. */
    async function data(): Promise<object> {
      return {
        clusters: await uids('postgresclusters', '-A'),
        volumes: await uids('pvc', '-A', '-l', 'postgres-operator.crunchydata.com/cluster'),
        namespaces: await uids('namespaces', 'cvat', 'crunchy-pgo'),
        releases: await uids('helmcharts', '-n', 'kube-system', '--field-selector=metadata.name=pgo'),
        crds: await uids('crd', 'appusers.kapernikov.com', 'postgresclusters.postgres-operator.crunchydata.com'),
        password: await kubectl.output(['-n', 'cvat', 'get', 'secret', 'my-postgres-pguser-cvat', '-o', 'jsonpath={.data.password}']),
      };
    }

    const terminating = async (): Promise<string[]> => {
      const columns = 'jsonpath={range .items[*]}{.kind} {.metadata.deletionTimestamp}{"\\n"}{end}';
      return (await kubectl.output(['get', ...POLICIES, '-o', columns])).split('\n').filter((line) => line !== '' && !line.endsWith(' '));
    };

    test('is all there after kubectl delete -f, three times, and after a deploy', async () => {
      const before = await data();
      for (let time = 1; time <= 3; time++) {
        const { code, stderr } = await kubectl.run(['delete', '-f', environment.folder, '--wait=false', '--ignore-not-found'], {
          workingDirectory: FIXTURES,
        });
        expect(code).toBe(1);
        expect(stderr).toContain('my-postgres holds data (PostgreSQL my-postgres)');
        expect(stderr).toContain('pgo is needed by every PostgresCluster.');
        expect(stderr).toContain('my-postgres-pguser-cvat is needed by what connects as cvat');
        expect(await terminating()).toHaveLength(8);
        expect(await data()).toEqual(before);
      }
      await commands.output('deploy', environment.folder, ...stages);
      expect(await data()).toEqual(before);
      expect(await terminating()).toEqual([]);
      expect(await kubectl.run(['delete', ...CLUSTER, '--dry-run=server'])).toMatchObject({ code: 1 });
    });

    if (name !== 'local') {
      test('is not lost with the namespace that existed before, which deploy has not changed, until that is marked', async () => {
        const namespace = await kubectl.get<{ metadata: { annotations?: object; labels: object } }>('namespace', 'cvat');
        expect(namespace.metadata.annotations).toBeUndefined();
        expect(Object.keys(namespace.metadata.labels)).toEqual(['kubernetes.io/metadata.name']);
        const tryDelete = (what: string): Promise<KubectlResult> => kubectl.run(['delete', 'namespace', what, '--dry-run=server']);
        const { code, stderr } = await tryDelete('cvat');
        expect({ code, stderr }).toEqual({
          code: 1,
          stderr: expect.stringContaining(
            "cvat holds data (PostgreSQL my-postgres, CVAT's media), and deleting it would delete that too.",
          ) as string,
        });
        await kubectl.output(['create', 'namespace', 'cvat2']);
        expect(await tryDelete('cvat2')).toMatchObject({ code: 0 });

        const [command = ''] = /kubectl annotate .*$/m.exec(stderr) ?? [];
        await kubectl.output(command.split(' ').slice(1));
        expect(await tryDelete('cvat')).toMatchObject({ code: 0 });
        // Neither does the mark stop deploy, nor does deploy change the namespace.
        await commands.output('deploy', environment.folder, ...stages);
        await kubectl.output(['annotate', 'namespace', 'cvat', 'platform.kapernikov.com/delete-']);
        expect(await tryDelete('cvat')).toMatchObject({ code: 1 });
      });
    }

    test('is not lost by an update: deploy, its dry run and diff refuse it before anything is applied, and --allow allows it', async () => {
      const change = 'postgres-version=16';
      const dist = edited(environment, cluster.controlPlane.directory, {
        '30-postgres': (text) => text.replace('postgresVersion: 15', 'postgresVersion: 16'),
      });
      const refused = {
        code: 1,
        stderr: expect.stringContaining(`Nothing was applied, because data would be lost:\n  PostgresCluster`) as string,
      };
      expect(await commands.run('deploy', dist, ...stages)).toMatchObject(refused);
      expect(await commands.run('deploy', dist, '--dry-run', ...stages)).toMatchObject({
        code: 1,
        stdout: expect.stringContaining(change) as string,
      });
      expect(await commands.run('diff', dist, ...stages)).toMatchObject({ code: 2, stdout: expect.stringContaining(change) as string });
      expect(await commands.run('deploy', dist, '--allow', 'postgres-version=17', ...stages)).toMatchObject(refused);
      expect(await kubectl.output(['get', ...CLUSTER, '-o', 'jsonpath={.spec.postgresVersion}'])).toBe('15');

      await commands.output('deploy', dist, '--allow', change, '--stage', 'postgres');
      const live = await kubectl.get<{ spec: { postgresVersion: number }; metadata: { annotations: object } }>(...CLUSTER);
      expect(live.spec.postgresVersion).toBe(16);
      expect(live.metadata.annotations).not.toHaveProperty(['platform.kapernikov.com/allow']);
      await commands.output('deploy', environment.folder, '--allow', 'postgres-version=15', '--stage', 'postgres');
    });

    test("is refused also where the policy is not installed, and without dataProtection only the policy of PGO's CRDs is left", async () => {
      const unguarded = edited(environment, cluster.controlPlane.directory, { '00-data-protection': () => undefined });
      if (stages.length === 0) {
        await commands.output('deploy', unguarded);
        const names = await kubectl.output(['get', ...POLICIES, '-o', 'jsonpath={.items[*].metadata.name}']);
        expect([...new Set(names.split(' '))]).toEqual(['crd-protection.platform.kapernikov.com']);
      }
      const renamed = edited(environment, cluster.controlPlane.directory, {
        '00-data-protection': () => undefined,
        '30-postgres': (text) => text.replace('name: instance1', 'name: instance2'),
      });
      expect(await commands.run('deploy', renamed, '--stage', 'postgres')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('remove-instance-set=instance1') as string,
      });
      await commands.output('deploy', environment.folder, ...stages);
    });

    if (name === 'local') {
      test('goes with destroy --delete-data, and the policies last', async () => {
        const stdout = await commands.output('destroy', '--delete-data', '--yes');
        const deleted = stdout.match(/^deleted .*$/gm) ?? [];
        expect(deleted.slice(-8)).toEqual(Array.from({ length: 8 }, () => expect.stringContaining('ValidatingAdmissionPolicy') as string));
        expect(await kubectl.output(['get', ...POLICIES, '-o', 'name'])).toBe('');
        await until('the namespaces are gone', async () => (await kubectl.output(['get', 'ns', '-o', 'name'])).match(/cvat|pgo/) === null);
      });
    }
  });
});
