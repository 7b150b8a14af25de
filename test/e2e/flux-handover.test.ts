import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { flux } from '../../constructs/helm/delivery/flux';
import { k3s } from '../../constructs/helm/delivery/k3s';
import type { Environment } from '../../constructs/platform';
import { environments } from '../fixtures/environments';
import { synthesize } from '../fixtures/synthesize';
import { ChartSources } from './harness/chart-sources';
import { assemble, CHARTS } from './harness/charts';
import { type Cluster, startCluster } from './harness/cluster';
import { Commands } from './harness/command';
import { Flux, FLUX } from './harness/flux';
import type { Kubectl } from './harness/kubectl';
import { until } from './harness/until';

const PGO = 'oci://registry.developers.crunchydata.com/crunchydata/pgo';

/** PGO and a PostgresCluster of `local`, with data protection. */
const { namespace, postgresOperator, postgres } = environments['local'] ?? {};
const environment: Environment = { namespace, postgresOperator, postgres } as Environment;

describe('another delivery for a live environment, with the controllers of k3s and of Flux', () => {
  let cluster: Cluster;
  let kubectl: Kubectl;
  let controllers: Flux;
  let sources: ChartSources;
  let commands: Commands;

  beforeAll(async () => {
    cluster = await startCluster({ users: [FLUX] });
    ({ kubectl } = cluster);
    commands = new Commands(cluster.controlPlane);
    sources = await ChartSources.start(cluster.controlPlane);
    sources.publish(assemble(CHARTS[PGO] ?? { fixture: '' }, '5.8.7', cluster.controlPlane.directory));
    controllers = new Flux(cluster.controlPlane);
    await controllers.start(['source-controller', 'helm-controller']);
  });

  afterAll(async () => {
    commands?.close();
    await sources?.stop();
    await controllers?.stop();
    await cluster?.stop();
  });

  function dist(delivery: 'k3s' | 'flux'): string {
    const { files, problems } = synthesize({ trial: { ...environment, delivery: delivery === 'flux' ? flux() : k3s() } });
    expect(problems).toEqual([]);
    const folder = mkdtempSync(join(cluster.controlPlane.directory, 'dist-'));
    // k3s' charts come from the fixtures, by the address of dist.
    const text = (content: string): string => (delivery === 'flux' ? content.replaceAll(PGO, sources.ociOf('pgo')) : content);
    for (const [file, content] of files) writeFileSync(join(folder, basename(file)), text(content));
    return folder;
  }

  /** What must stay: by its identity. */
  async function running(): Promise<string[]> {
    const columns = 'jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.uid}{"\\n"}{end}';
    const operator = await kubectl.output(['get', 'deployments,serviceaccounts,pods', '-n', 'crunchy-pgo', '-o', columns]);
    const postgresCluster = await kubectl.output(['get', 'postgresclusters,statefulsets,pods,pvc,secrets', '-n', 'cvat', '-o', columns]);
    const crds = await kubectl.output([
      'get',
      'crd',
      'postgresclusters.postgres-operator.crunchydata.com',
      '-o',
      'jsonpath={.metadata.uid}',
    ]);
    return [...operator.split('\n'), ...postgresCluster.split('\n'), crds].sort();
  }

  /** `v1 superseded` and so on. */
  async function revisions(): Promise<string[]> {
    const columns = 'jsonpath={range .items[*]}v{.metadata.labels.version} {.metadata.labels.status}{"\\n"}{end}';
    return (await kubectl.output(['get', 'secrets', '-n', 'crunchy-pgo', '-l', 'owner=helm,name=pgo', '-o', columns])).trim().split('\n');
  }

  /** The commands that deploy prints when it refuses, run by a shell as they are. */
  async function followSteps(folder: string): Promise<void> {
    const { code, stdout, stderr } = await commands.run('deploy', folder);
    expect({ code, said: stdout + stderr }).toEqual({ code: 1, said: expect.stringContaining('Nothing was applied: 1 release') as string });
    const steps = (stdout + stderr).split('\n').filter((line) => line.startsWith('    kubectl '));
    expect(steps.length).toBeGreaterThan(1);
    const PATH = `${dirname(cluster.controlPlane.program('kubectl'))}:${process.env['PATH']}`;
    for (const step of steps)
      execFileSync('/bin/sh', ['-c', step], { env: { PATH, HOME: cluster.controlPlane.directory, KUBECONFIG: cluster.kubeconfig } });
  }

  /** `helm list`, as a person runs it. */
  function listed(): string[] {
    const environment = { PATH: process.env['PATH'], HOME: cluster.controlPlane.directory, KUBECONFIG: cluster.kubeconfig };
    const list = execFileSync(cluster.controlPlane.program('helm'), ['list', '-A', '-o', 'json'], { env: environment, encoding: 'utf8' });
    return (JSON.parse(list) as { name: string; namespace: string; revision: string }[]).map(
      ({ name, namespace: where, revision }) => `${where}/${name} ${revision}`,
    );
  }

  test('k3s installs it, and leaves what is changed by hand', async () => {
    await commands.output('deploy', dist('k3s'));
    expect(await revisions()).toEqual(['v1 deployed']);
    expect(listed()).toEqual(['crunchy-pgo/pgo 1']);
    await kubectl.output(['annotate', 'deployment', 'pgo', '-n', 'crunchy-pgo', 'changed=by-hand']);
    await kubectl.output(['annotate', 'helmchart', 'pgo', '-n', 'kube-system', 'reconcile=now']);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const annotation = 'jsonpath={.metadata.annotations.changed}';
    expect(await kubectl.output(['get', 'deployment', 'pgo', '-n', 'crunchy-pgo', '-o', annotation])).toBe('by-hand');
  });

  test('from k3s to Flux: deploy refuses with the steps, nothing is uninstalled, and Flux upgrades the release', async () => {
    const before = await running();
    const folder = dist('flux');
    await followSteps(folder);
    expect(await kubectl.output(['get', 'helmcharts', '-A', '-o', 'name'])).toBe('');
    expect(await running()).toEqual(before);
    expect(await revisions()).toEqual(['v1 deployed']);
    await commands.output('deploy', folder);
    expect(await running()).toEqual(before);
    expect(await revisions()).toEqual(['v1 superseded', 'v2 deployed']);
    expect(listed()).toEqual(['crunchy-pgo/pgo 2']);
    expect(await commands.run('status', folder)).toMatchObject({ code: 0 });
    expect(await commands.run('diff', folder)).toMatchObject({ code: 0 });
  });

  test('from Flux back to k3s', async () => {
    const before = await running();
    const folder = dist('k3s');
    await followSteps(folder);
    expect(await kubectl.output(['get', 'helmreleases', '-A', '-o', 'name'])).toBe('');
    expect(await running()).toEqual(before);
    await commands.output('deploy', folder);
    expect(await running()).toEqual(before);
    // The same chart and values are installed, so that deploy need not wait for it.
    await until('k3s has upgraded the release', async () => (await revisions()).at(-1) === 'v3 deployed');
    expect(await running()).toEqual(before);
    expect(await commands.run('status', folder)).toMatchObject({ code: 0 });
  });
});
