import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fromGit, fromOci, fromRepository } from '../../constructs/helm/chart-source';
import { flux } from '../../constructs/helm/delivery/flux';
import { type Environment, Platform } from '../../constructs/platform';
import { formatKey, keyOf, type Manifest } from '../../manifests/manifest';
import { toYamlDocuments } from '../../manifests/yaml';
import { ChartSources } from './harness/chart-sources';
import { assemble } from './harness/charts';
import { Commands } from './harness/command';
import { type ControlPlane, startControlPlane } from './harness/control-plane';
import { Flux, FLUX } from './harness/flux';
import { until } from './harness/until';

/** A version of the chart in all three places. */
interface Published {
  readonly version: string;
  readonly digest: string;
  readonly commit: string;
}

interface Options {
  readonly greeting?: string;
  /** Further values. */
  readonly more?: object;
  /** Changes the HelmReleases as flux() has written them. */
  readonly edit?: (spec: Readonly<Record<string, unknown>>) => object;
}

/** Flux' own source-controller and helm-controller install, upgrade and uninstall what flux() has written. */
describe('the delivery flux() on the real controllers', () => {
  let controlPlane: ControlPlane;
  let controllers: Flux;
  let sources: ChartSources;
  let commands: Commands;
  let first: Published;
  let second: Published;

  beforeAll(async () => {
    controlPlane = await startControlPlane({ users: [FLUX] });
    commands = new Commands(controlPlane);
    sources = await ChartSources.start(controlPlane);
    controllers = new Flux(controlPlane);
    await controllers.start(['source-controller', 'helm-controller']);
    first = publish('1.0.0');
    second = publish('1.1.0+build.2'); // which Helm pushes to a registry under the tag 1.1.0_build.2
  });

  afterAll(async () => {
    commands?.close();
    await sources?.stop();
    await controllers?.stop();
    await controlPlane?.stop();
  });

  function publish(version: string): Published {
    const folder = assemble({ fixture: 'app' }, version, controlPlane.directory);
    mkdirSync(join(folder, 'crds'), { recursive: true });
    writeFileSync(join(folder, 'crds', 'widgets.yaml'), JSON.stringify(widgets(version)));
    return { version, digest: sources.publish(folder), commit: sources.git.commit('app', dirname(folder), `v${version}`) };
  }

  function releases({ version, digest, commit }: Published, values: object): Environment['releases'] {
    const git = fromGit(sources.git.urlOf('app'), { path: 'app', tag: `v${version}`, commit });
    return [
      { name: 'http', namespace: 'tools', chart: fromRepository(sources.repository, 'app', version), values: { ...values } },
      {
        name: 'oci',
        namespace: 'tools',
        chart: fromOci(sources.ociOf('app'), version, version === first.version ? digest : undefined),
        values: { ...values },
      },
      { name: 'git', namespace: 'tools', chart: git, values: { ...values } },
    ];
  }

  function dist(published: Published, { greeting = 'hello', more, edit }: Options = {}): string {
    const values = { greeting, ...more };
    const platform = new Platform('trial', { delivery: flux(), dataProtection: false, releases: releases(published, values) });
    const folder = mkdtempSync(join(controlPlane.directory, 'dist-'));
    const edited = (manifest: Manifest): Manifest =>
      edit && manifest.kind === 'HelmRelease' ? { ...manifest, spec: edit(manifest['spec'] as Record<string, unknown>) } : manifest;
    for (const { name, objects } of platform.stages())
      writeFileSync(join(folder, `${name}.k8s.yaml`), toYamlDocuments(objects.map(({ manifest }) => edited(manifest))));
    return folder;
  }

  async function deploy(folder: string): Promise<string> {
    const { code, stdout, stderr } = await commands.run('deploy', folder, '--timeout', '300s');
    if (code !== 0) throw new Error(`${stdout}${stderr}${controllers.log(15)}`);
    return stdout;
  }

  const NAMES = ['http', 'oci', 'git'] as const;
  const patch = (spec: object): string[] => ['--type=merge', '-p', JSON.stringify(spec)];

  /** `1.0.0 hello` for each release. The chart of a commit has it as build metadata. */
  async function installed(): Promise<Record<string, string>> {
    const entries = NAMES.map(async (name) => {
      const { data } = await controlPlane.kubectl.get<{ data: Record<string, string> }>('configmap', name, '-n', 'tools');
      return [name, `${data['version']?.replace(/\+.*/, '')} ${data['greeting']}`] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  const all = (text: string): Record<string, string> => Object.fromEntries(NAMES.map((name) => [name, text]));

  async function revisions(): Promise<string[]> {
    const { items } = await controlPlane.kubectl.get<{ items: Manifest[] }>('secrets', '-A', '-l', 'owner=helm');
    return items.map((secret) => formatKey(keyOf(secret))).sort();
  }

  async function crdVersion(): Promise<unknown> {
    const { metadata } = await controlPlane.kubectl.get<Manifest>('crd', 'widgets.example.org');
    return metadata.annotations?.['version'];
  }

  test('deploy installs charts from HTTP, a registry and git, and ends when they are installed', async () => {
    await deploy(dist(first));
    expect(await installed()).toEqual(all('1.0.0 hello'));
    expect(await revisions()).toEqual(['git', 'http', 'oci'].map((name) => `Secret tools/sh.helm.release.v1.${name}.v1`));
    expect(await crdVersion()).toBe('1.0.0');
  });

  test('deploy again changes nothing, status says that all is ready, and diff finds nothing', async () => {
    expect(await deploy(dist(first))).not.toMatch(/\b(created|changed|configured)\b/);
    expect(await commands.run('status', dist(first))).toMatchObject({ code: 0 });
    expect(await commands.run('diff', dist(first))).toMatchObject({ code: 0 });
    expect(await revisions()).toHaveLength(3);
  });

  test('deploy upgrades to another chart with the same values, and ends when it is installed, with its CRDs', async () => {
    await deploy(dist(second));
    expect(await installed()).toEqual(all('1.1.0 hello'));
    expect(await crdVersion()).toBe(second.version);
  });

  test('deploy upgrades to other values', async () => {
    await deploy(dist(second, { greeting: 'goodbye' }));
    expect(await installed()).toEqual(all('1.1.0 goodbye'));
  });

  test('Flux reverts what is changed by hand', async () => {
    const { kubectl } = controlPlane;
    await kubectl.output(['patch', 'configmap', 'http', '-n', 'tools', ...patch({ data: { greeting: 'by hand' } })]);
    await kubectl.output(['annotate', 'helmrelease', 'http', '-n', 'flux-system', 'reconcile.fluxcd.io/requestedAt=now']);
    await until('it is reverted', async () => (await installed())['http'] === '1.1.0 goodbye');
  });

  test('deploy waits for a chart that does not exist, and says what Flux says', async () => {
    const { code, stdout } = await commands.timedOutDeploy(/9\.9\.9/, dist({ ...second, version: '9.9.9' }, { greeting: 'goodbye' }));
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining('9.9.9') as string });
    expect(await installed()).toEqual(all('1.1.0 goodbye'));
    await deploy(dist(second));
  });

  test('a release that fails is tried again, and deploy says why', async () => {
    const { code, stdout } = await commands.timedOutDeploy(/no such thing/, dist(second, { more: { failure: 'no such thing' } }));
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining('no such thing') as string });
    await deploy(dist(second));
    expect(await installed()).toEqual(all('1.1.0 hello'));
  });

  test('deploy ends at once when Flux does not try again: a workload that is not ready in time, without RetryOnFailure', async () => {
    const edit = ({ upgrade, ...spec }: Readonly<Record<string, unknown>>): object => ({
      ...spec,
      timeout: '5s',
      upgrade: { ...(upgrade as object), strategy: { name: 'RemediateOnFailure' } },
    });
    // Nothing here runs a Pod.
    const folder = dist(second, { more: { workload: true }, edit });
    const { code, stdout } = await commands.run('deploy', folder, '--timeout', '300s');
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: expect.stringMatching(/HelmRelease flux-system\/git\n.*upgrade failed/i) as string,
    });
    expect(stdout).not.toContain('after 5m');
    expect(await commands.run('status', folder)).toMatchObject({ code: 1, stdout: expect.stringContaining('failed') as string });
    await deploy(dist(second));
  });

  test('a release that is suspended is not ready, and destroy refuses it', async () => {
    const { kubectl } = controlPlane;
    const folder = dist(second);
    await kubectl.output(['patch', 'helmrelease', 'oci', '-n', 'flux-system', ...patch({ spec: { suspend: true } })]);
    for (const command of ['status', 'deploy']) {
      const { code, stdout } = await commands.run(command, folder, ...(command === 'deploy' ? ['--timeout', '20s'] : []));
      expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringMatching(/HelmRelease flux-system\/oci.* is suspended/) as string });
    }
    const refused = await commands.run('destroy', folder);
    expect(refused.stdout + refused.stderr).toContain('flux resume helmrelease --namespace flux-system oci');
    expect(await revisions()).toEqual(expect.arrayContaining([expect.stringContaining('release.v1.oci')]));
    await kubectl.output(['patch', 'helmrelease', 'oci', '-n', 'flux-system', ...patch({ spec: { suspend: null } })]);
  });

  test('destroy uninstalls the releases before their namespace is deleted, and keeps the CRDs of the chart', async () => {
    await commands.output('destroy', dist(second), '--delete-data');
    expect(await revisions()).toEqual([]);
    const { stdout } = await controlPlane.kubectl.run([
      'get',
      'namespaces,helmreleases,helmrepositories,ocirepositories',
      '-A',
      '-o',
      'name',
    ]);
    expect(stdout.split('\n').filter((name) => /tools|helm|oci/.test(name))).toEqual([]);
    expect(await crdVersion()).toBe(second.version);
  });
});

function widgets(version: string): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.org', annotations: { version } },
    spec: {
      group: 'example.org',
      names: { kind: 'Widget', listKind: 'WidgetList', plural: 'widgets', singular: 'widget' },
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  };
}
