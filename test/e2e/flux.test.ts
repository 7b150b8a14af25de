import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromRepository } from '../../constructs/helm/chart-source';
import { flux } from '../../constructs/helm/delivery/flux';
import { Platform } from '../../constructs/platform';
import { toYamlDocuments } from '../../manifests/yaml';
import { ChartRepository } from './harness/chart-repository';
import { Commands } from './harness/command';
import { type ControlPlane, startControlPlane } from './harness/control-plane';
import { describeWithDefinitions } from './harness/definitions';
import { Flux, FLUX } from './harness/flux';

/** Flux' own source-controller and helm-controller install, upgrade and uninstall what flux() has written. */
describeWithDefinitions('the delivery flux() on the real controllers', () => {
  let controlPlane: ControlPlane;
  let controllers: Flux;
  let repository: ChartRepository;
  let commands: Commands;

  beforeAll(async () => {
    controlPlane = await startControlPlane({ users: [FLUX] });
    repository = await ChartRepository.start(join(controlPlane.directory, 'charts'), ['1.0.0', '1.1.0']);
    controllers = new Flux(controlPlane);
    await controllers.start('source-controller', 'helm-controller');
    commands = new Commands(controlPlane);
  });

  afterAll(async () => {
    commands?.close();
    repository?.stop();
    await controllers?.stop();
    await controlPlane?.stop();
  });

  function dist(version: string, greeting: string): string {
    const platform = new Platform('trial', {
      delivery: flux(),
      dataProtection: false,
      releases: [{ name: 'tool', namespace: 'tools', chart: fromRepository(repository.url, 'app', version), values: { greeting } }],
    });
    const folder = mkdtempSync(join(controlPlane.directory, 'dist-'));
    for (const { name, objects } of platform.stages())
      writeFileSync(join(folder, `${name}.k8s.yaml`), toYamlDocuments(objects.map(({ manifest }) => manifest)));
    return folder;
  }

  const config = async (): Promise<unknown> => {
    const answer = await controlPlane.kubectl.output(['get', 'configmap', 'tool', '-n', 'tools', '-o', 'json']);
    return (JSON.parse(answer) as { data: unknown }).data;
  };

  const revisions = async (): Promise<string[]> => {
    const answer = await controlPlane.kubectl.output(['get', 'secrets', '-A', '-l', 'owner=helm', '-o', 'json']);
    const { items } = JSON.parse(answer) as { items: { metadata: { namespace: string; name: string } }[] };
    return items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  };

  test('deploy installs a release, and ends when it is installed', async () => {
    const { code, stdout, stderr } = await commands.run('deploy', dist('1.0.0', 'hello'));
    expect({ code, log: code === 0 ? '' : stdout + stderr + controllers.log(20) }).toEqual({ code: 0, log: '' });
    expect(await config()).toEqual({ greeting: 'hello', version: '1.0.0' });
    expect(await revisions()).toEqual(['tools/sh.helm.release.v1.tool.v1']);
  });

  test('deploy again changes nothing, and status says that all is ready', async () => {
    expect(await commands.output('deploy', dist('1.0.0', 'hello'))).not.toMatch(/^(created|changed) /m);
    expect((await commands.run('status', dist('1.0.0', 'hello'))).code).toBe(0);
    expect((await commands.run('diff', dist('1.0.0', 'hello'))).stdout).not.toMatch(/^[-+] /m);
  });

  test('deploy upgrades to another version and other values, and ends when they are installed', async () => {
    await commands.output('deploy', dist('1.1.0', 'goodbye'));
    expect(await config()).toEqual({ greeting: 'goodbye', version: '1.1.0' });
  });

  test('deploy waits for a version that does not exist, and says what Flux says', async () => {
    const { code, stdout } = await commands.run('deploy', dist('9.9.9', 'goodbye'), '--timeout', '20s');
    expect(code).not.toBe(0);
    expect(stdout).toContain('HelmRelease flux-system/tool');
    expect(await config()).toEqual({ greeting: 'goodbye', version: '1.1.0' });
  });

  test('destroy uninstalls the release before its namespace goes', async () => {
    await commands.output('destroy', dist('1.1.0', 'goodbye'), '--delete-data');
    expect(await revisions()).toEqual([]);
    const { stdout } = await controlPlane.kubectl.run(['get', 'namespaces,helmreleases,helmrepositories', '-A', '-o', 'name']);
    expect(stdout).not.toMatch(/tool|charts|127-0-0-1/);
  });
});
