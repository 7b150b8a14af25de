import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { fluxGitOps } from '../../constructs/git-ops/flux';
import { gitSource } from '../../constructs/git-ops/git-ops';
import { fromOci } from '../../constructs/helm/chart-source';
import { flux } from '../../constructs/helm/delivery/flux';
import type { Environment } from '../../constructs/platform';
import type { Manifest } from '../../manifests/manifest';
import { environments } from '../fixtures/environments';
import { synthesize } from '../fixtures/synthesize';
import { AppUserOperator } from './harness/app-user-operator';
import { ChartSources } from './harness/chart-sources';
import { assemble, CHARTS } from './harness/charts';
import { type Cluster, startCluster } from './harness/cluster';
import { Commands } from './harness/command';
import { Flux, FLUX } from './harness/flux';
import type { Kubectl } from './harness/kubectl';
import { firstReadyAt, Kustomizations } from './harness/kustomizations';
import { until } from './harness/until';

const PGO = 'oci://registry.developers.crunchydata.com/crunchydata/pgo';
const CRD = 'postgresclusters.postgres-operator.crunchydata.com';
const CVAT = 'oci://registry-1.docker.io/cvat/cvat';

interface Live extends Manifest {
  readonly metadata: Manifest['metadata'] & {
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly managedFields?: readonly { readonly manager: string }[];
  };
}

/** An environment whose stages Flux applies from git: all of `local` but its users, and a release that holds no data. */
describe('gitOps with Flux on the real controllers', () => {
  let cluster: Cluster;
  let kubectl: Kubectl;
  let controllers: Flux;
  let sources: ChartSources;
  let commands: Commands;
  let appUserOperator: AppUserOperator;
  let kustomizations: Kustomizations;
  /** dist/trial of the last push, and its commit. */
  let folder: string;
  let commit: string;

  beforeAll(async () => {
    cluster = await startCluster({ users: [FLUX], traefik: true });
    ({ kubectl } = cluster);
    kustomizations = new Kustomizations(kubectl, 'trial');
    commands = new Commands(cluster.controlPlane);
    sources = await ChartSources.start(cluster.controlPlane);
    for (const [chart, version] of [
      [PGO, '5.8.7'],
      [PGO, '5.8.8'],
      [CVAT, '2.73.0'],
    ] as const)
      sources.publish(assemble(CHARTS[chart] ?? { fixture: '' }, version, cluster.controlPlane.directory));
    sources.publish(assemble({ fixture: 'app' }, '1.0.0', cluster.controlPlane.directory));
    controllers = new Flux(cluster.controlPlane);
    await controllers.start();
    appUserOperator = await AppUserOperator.start(cluster.controlPlane);
  });

  afterAll(async () => {
    commands?.close();
    await appUserOperator?.stop();
    await sources?.stop();
    await controllers?.stop();
    await cluster?.stop();
  });

  /** What synth writes of the environment, with the registry of the test in place of those on the network. */
  function synth(change: Partial<Environment> = {}, edit: (text: string) => string = (text) => text): string {
    const releases = [{ name: 'tool', namespace: 'cvat', chart: fromOci(sources.ociOf('app'), '1.0.0') }];
    const gitOps = fluxGitOps({ source: gitSource(sources.git.urlOf('platform'), { branch: 'main' }) });
    const { files, problems } = synthesize({
      trial: { ...environments['local'], delivery: flux(), gitOps, appUsers: [], releases, ...change },
    });
    expect(problems).toEqual([]);
    const repository = mkdtempSync(join(cluster.controlPlane.directory, 'platform-'));
    for (const [file, text] of files) {
      const path = join(repository, 'dist', file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, edit(text).replaceAll(PGO, sources.ociOf('pgo')).replaceAll(CVAT, sources.ociOf('cvat')));
    }
    return join(repository, 'dist', 'trial');
  }

  /** `git push`, without the minute until Flux looks. */
  async function push(dist: string): Promise<void> {
    folder = dist;
    commit = sources.git.commit('platform', join(dist, '..', '..'));
    const [found] = (await kubectl.run(['get', 'gitrepository', 'trial', '-n', 'flux-system', '-o', 'name'])).stdout.split('\n');
    if (!found) return;
    await kubectl.output([
      'annotate',
      'gitrepository',
      'trial',
      '-n',
      'flux-system',
      '--overwrite',
      `reconcile.fluxcd.io/requestedAt=${commit}`,
    ]);
    const revision = 'jsonpath={.status.lastAppliedRevision}';
    await until(`${commit} is applied by the entry`, async () =>
      (await kubectl.output(['get', 'kustomization', 'trial', '-n', 'flux-system', '-o', revision])).endsWith(commit),
    );
  }

  async function exists(...what: readonly string[]): Promise<boolean> {
    return (await kubectl.output(['get', ...what, '--ignore-not-found', '-o', 'name'])) !== '';
  }

  const uidOf = async (...what: readonly string[]): Promise<string> => (await kubectl.get<Live>(...what)).metadata.uid;
  const CLUSTER = ['postgrescluster', 'my-postgres', '-n', 'cvat'] as const;
  const OPERATOR = ['deployment', 'pgo', '-n', 'crunchy-pgo'] as const;
  const RELEASE = ['helmrelease', 'pgo', '-n', 'flux-system'] as const;

  test('one kubectl apply starts it, and a stage waits for a PostgresCluster whose backups are not ready', async () => {
    cluster.pods.hold('my-postgres-repo-host');
    await push(synth());
    await kubectl.output(['apply', '-f', join(folder, 'gitops')]);
    await until('the instances are ready', async () => {
      const ready = ['get', ...CLUSTER, '--ignore-not-found', '-o', 'jsonpath={.status.instances[0].readyReplicas}'];
      return (await kubectl.run(ready)).stdout === '2';
    });
    const waiting = [
      'trial-00-data-protection True',
      'trial-10-app-user-crd True',
      'trial-20-postgres-operator-crds True',
      'trial-20-postgres-operator True',
      'trial-30-postgres Progressing',
      'trial-40-app-user-operator DependencyNotReady',
      'trial-50-cvat DependencyNotReady',
      'trial-70-tool DependencyNotReady',
    ];
    await until('Flux has looked at every stage', async () => isDeepStrictEqual(await kustomizations.states(), waiting));
    // And it stays so.
    await new Promise((resolve) => setTimeout(resolve, 5000));
    expect(await kustomizations.states()).toEqual(waiting);
    expect(await exists('deployment', 'app-user-operator', '-n', 'cvat')).toBe(false);
    cluster.pods.release('my-postgres-repo-host');
    await kustomizations.ready(commit);
  });

  test('no object of a stage is older than the stage before is ready', async () => {
    const stages = await kustomizations.list();
    const readyAt = stages.map(firstReadyAt);
    for (const [index, stage] of stages.entries()) {
      for (const { id } of stage.status?.inventory?.entries ?? []) {
        const [namespace = '', name = '', group = '', kind = ''] = id.split('_');
        const what = [`${kind}${group === '' ? '' : `.${group}`}`, name, ...(namespace === '' ? [] : ['-n', namespace])];
        const { creationTimestamp } = (await kubectl.get<Live>(...what)).metadata;
        if (index > 0 && kind !== 'Namespace') expect(Date.parse(creationTimestamp)).toBeGreaterThanOrEqual(readyAt[index - 1] ?? Infinity);
      }
    }
    expect(readyAt).toHaveLength(8);
  });

  test('data protection refuses what loses data from git as well, until the mark that it names is set', async () => {
    const before = folder;
    const annotation = /^ +platform\.kapernikov\.com\/holds-data: .*\n/m;
    const unprotect = (text: string): string =>
      text
        .split('---\n')
        .map((document) => (document.includes('kind: PostgresCluster') ? document.replace(annotation, '') : document))
        .join('---\n');
    const protectedBy = ['get', ...CLUSTER, '-o', 'jsonpath={.metadata.annotations.platform\\.kapernikov\\.com/holds-data}'];
    const message = (): Promise<string> => kustomizations.message('trial-30-postgres');
    await push(synth({}, unprotect));
    const mark = await until('Flux reports it', async () => /kubectl annotate .*allow=unprotect/.exec(await message())?.[0]);
    expect(await kubectl.output(protectedBy)).toContain('my-postgres');
    await kubectl.output(mark.split(' ').slice(1));
    await kustomizations.reconcile('trial-30-postgres');
    await kustomizations.ready(commit);
    expect(await kubectl.output(protectedBy)).toBe('');
    await push(before);
    await kubectl.output([...mark.replace('=unprotect', '-').split(' ').slice(1)]);
    await kustomizations.ready(commit);
    expect(await kubectl.output(protectedBy)).toContain('my-postgres');
  });

  test('status and diff agree with Flux, and a deploy of the same dist changes nothing', async () => {
    expect(await commands.run('status', folder)).toMatchObject({ code: 0 });
    expect(await commands.run('diff', folder)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^No differences in/) as string });
    expect(await commands.output('deploy', folder)).not.toMatch(/^created /m);
    await kustomizations.ready(commit);
  });

  test("a push upgrades PGO's CRDs and PGO, and keeps its cluster", async () => {
    const before = await uidOf(...CLUSTER);
    const crd = (): Promise<Live> => kubectl.get<Live>('crd', CRD, '--show-managed-fields');
    // As a release before had it.
    await push(synth({}, (text) => text.replace('"shutdown":{"type":"boolean"},', '')));
    await kustomizations.ready(commit);
    expect(JSON.stringify(await crd())).not.toContain('"shutdown"');

    await push(synth({ postgresOperator: { namespace: 'crunchy-pgo', version: '5.8.8' } }));
    const version = ['get', ...RELEASE, '-o', 'jsonpath={.status.history[0].chartVersion} {.status.history[0].status}'];
    await until('PGO is upgraded', async () => /^5\.8\.8\S* deployed$/.test(await kubectl.output(version)));
    const { metadata, spec } = await crd();
    expect(JSON.stringify(spec)).toContain('"shutdown"');
    // helm-controller has not applied those of the chart.
    expect(JSON.stringify(spec)).not.toContain('"description"');
    const managers = metadata.managedFields?.map(({ manager }) => manager);
    expect(managers).toContain('kustomize-controller');
    expect(managers).not.toContain('helm-controller');
    await kustomizations.ready(commit);
    expect(await uidOf(...CLUSTER)).toBe(before);
    expect(await commands.run('diff', folder)).toMatchObject({ code: 0 });
  });

  test('deploy does not take a field from Flux, and says whose it is', async () => {
    const image = 'app-user-operator:9.9.9';
    const local = synth({ postgresOperator: { namespace: 'crunchy-pgo', version: '5.8.8' }, appUserOperator: { image } });
    const { code, stdout } = await commands.run('deploy', local);
    expect(code).toBe(1);
    expect(stdout).toMatch(/another field manager: \S*image by kustomize-controller\. Flux applies dist from git/);
    const live = ['get', 'deployment', 'app-user-operator', '-n', 'cvat', '-o', 'jsonpath={.spec.template.spec.containers[0].image}'];
    expect(await kubectl.output(live)).toBe('app-user-operator:0.1.0');
    await commands.output('deploy', local, '--force-conflicts');
    expect(await kubectl.output(live)).toBe(image);
    await kustomizations.reconcile('trial-40-app-user-operator');
    await until('Flux reverts it', async () => (await kubectl.output(live)) === 'app-user-operator:0.1.0');
    await kustomizations.ready(commit);
  });

  test('a stage that is no longer in git is deleted, but neither volumes nor an operator', async () => {
    const before = folder;
    const media = await uidOf('pvc', 'cvat-backend-data', '-n', 'cvat');
    expect(await exists('configmap', 'tool', '-n', 'cvat')).toBe(true);
    await push(synth({ releases: [], cvat: undefined, appUserOperator: undefined }));
    const names = async (): Promise<string[]> => (await kustomizations.list()).map(({ metadata }) => metadata.name);
    await until('the Kustomizations are deleted', async () => !/cvat|tool/.test((await names()).join()));
    expect(await exists('configmap', 'tool', '-n', 'cvat')).toBe(false);
    expect(await exists('deployment', 'app-user-operator', '-n', 'cvat')).toBe(true);
    expect(await uidOf('pvc', 'cvat-backend-data', '-n', 'cvat')).toBe(media);
    expect(await exists('helmrelease', 'cvat', '-n', 'flux-system')).toBe(false);
    await push(before);
    await kustomizations.ready(commit);
  });

  test('deleting all Kustomizations at once keeps PGO, its CRDs and its cluster, and applying them again continues', async () => {
    const uids = async (): Promise<string[]> => [
      await uidOf('crd', CRD),
      await uidOf(...CLUSTER),
      await uidOf(...OPERATOR),
      await uidOf(...RELEASE),
    ];
    const before = await uids();
    await kubectl.output(['delete', '-f', join(folder, 'gitops')]);
    expect(await uids()).toEqual(before);
    await kubectl.output(['apply', '-f', join(folder, 'gitops')]);
    await kustomizations.ready(commit);
    expect(await uids()).toEqual(before);
  });

  test('uninstalled as documented, PGO is there until its cluster is deleted', async () => {
    const ours = ['-n', 'flux-system', '-l', 'platform.kapernikov.com/environment=trial'];
    const names = (await kubectl.output(['get', 'kustomizations', ...ours, '-o', 'name'])).trim().split('\n');
    await kubectl.output(['patch', '-n', 'flux-system', ...names, '--type=merge', '-p', '{"spec":{"suspend":true}}']);
    const seen: string[] = [];
    const look = async (): Promise<void> => {
      // In this order: PGO may go between the two questions only if the cluster is already gone.
      const isOperated = (await exists(...OPERATOR)) && (await exists(...RELEASE));
      const isThere = await exists(...CLUSTER);
      seen.push(`${isThere ? 'cluster' : ''} ${isOperated ? 'operator' : ''}`.trim());
    };
    await look();
    const destroy = await commands.start('destroy', folder, '--delete-data');
    let done = false;
    const watch = (async () => {
      while (!done) await look();
    })();
    const { code, stdout, stderr } = await destroy.result();
    done = true;
    await watch;
    await look();
    expect({ code, said: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, said: '' });
    const order = seen.filter((state, index) => state !== seen[index - 1]);
    expect(order).not.toContain('cluster');
    expect(order[0]).toBe('cluster operator');
    expect(order.at(-1)).toBe('');
    await kubectl.output(['delete', 'kustomizations,gitrepositories', ...ours]);
    expect(await exists('kustomizations,gitrepositories,helmreleases,ocirepositories', '-A')).toBe(false);
  });
});
