import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fluxGitOps } from '../../constructs/git-ops/flux';
import { artifactSource } from '../../constructs/git-ops/git-ops';
import { fromOci } from '../../constructs/helm/chart-source';
import { flux } from '../../constructs/helm/delivery/flux';
import { synthesize } from '../fixtures/synthesize';
import { pushArtifact } from './harness/artifact';
import { ChartSources } from './harness/chart-sources';
import { assemble } from './harness/charts';
import { type Cluster, startCluster } from './harness/cluster';
import { Flux, FLUX } from './harness/flux';
import { Kustomizations } from './harness/kustomizations';
import { until } from './harness/until';

describe('gitOps with Flux from an OCI artifact, on the real controllers and a real registry', () => {
  let cluster: Cluster;
  let controllers: Flux;
  let sources: ChartSources;
  let kustomizations: Kustomizations;
  let address: string;

  beforeAll(async () => {
    cluster = await startCluster({ users: [FLUX] });
    kustomizations = new Kustomizations(cluster.kubectl, 'trial');
    sources = await ChartSources.start(cluster.controlPlane);
    for (const version of ['1.0.0', '1.1.0']) sources.publish(assemble({ fixture: 'app' }, version, cluster.controlPlane.directory));
    address = sources.ociOf('platform');
    controllers = new Flux(cluster.controlPlane);
    await controllers.start();
  });

  afterAll(async () => {
    await sources?.stop();
    await controllers?.stop();
    await cluster?.stop();
  });

  /** The folder that holds dist/. */
  function synth(version: string): string {
    const releases = [{ name: 'tool', namespace: 'tools', chart: fromOci(sources.ociOf('app'), version) }];
    const gitOps = fluxGitOps({ source: artifactSource(address, { tag: 'latest' }) });
    const { files, problems } = synthesize({ trial: { dataProtection: true, acknowledged: [], delivery: flux(), gitOps, releases } });
    expect(problems).toEqual([]);
    const repository = mkdtempSync(join(cluster.controlPlane.directory, 'platform-'));
    for (const [file, text] of files) {
      const path = join(repository, 'dist', file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    return repository;
  }

  const release = (): Promise<string> =>
    cluster.kubectl.output(['get', 'helmrelease', 'tool', '-n', 'flux-system', '-o', 'jsonpath={.status.history[0].chartVersion}']);

  test('one kubectl apply starts it, and every stage becomes ready in the revision of the artifact', async () => {
    const repository = synth('1.0.0');
    const digest = await pushArtifact(address, 'latest', repository);
    await cluster.kubectl.output(['apply', '-f', join(repository, 'dist', 'trial', 'gitops')]);
    await kustomizations.ready(digest);
    expect(await release()).toMatch(/^1\.0\.0/);
  });

  test('a tag that is moved to another artifact is applied', async () => {
    const digest = await pushArtifact(address, 'latest', synth('1.1.0'));
    const source = ['ocirepository', 'trial', '-n', 'flux-system'];
    await cluster.kubectl.output(['annotate', ...source, '--overwrite', `reconcile.fluxcd.io/requestedAt=${digest}`]);
    await kustomizations.ready(digest);
    // A stage is ready before its HelmRelease has seen that its chart is another.
    await until('the chart is upgraded', async () => (await release()).startsWith('1.1.0'));
  });
});
