import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { valueAt } from '../../manifests/fields';
import type { Manifest } from '../../manifests/manifest';
import { parseYaml } from '../../manifests/parse-yaml';
import { assemble, CHARTS } from './harness/charts';
import { Commands } from './harness/command';
import { type ControlPlane, startControlPlane } from './harness/control-plane';
import { edited, LOCAL, objectsIn } from './harness/dist';
import type { Kubectl } from './harness/kubectl';
import { served } from './harness/served';
import { until } from './harness/until';

const STAGE = '20-postgres-operator-crds';
const CRDS = objectsIn(LOCAL).filter(({ kind, metadata }) => kind === 'CustomResourceDefinition' && metadata.name.includes('crunchydata'));
const NAMES = CRDS.map(({ metadata }) => metadata.name);
const CLUSTERS = 'postgresclusters.postgres-operator.crunchydata.com';
const CLUSTER = objectsIn(LOCAL).find(({ kind }) => kind === 'PostgresCluster') as Manifest;
const DATABASE = ['postgrescluster', CLUSTER.metadata.name, '-n', 'cvat'];
/** A field of PostgresClusters that one CRD has and another has not. */
const FIELD = 'shutdown';

const withoutField = (text: string): string =>
  JSON.stringify(JSON.parse(text), (key, value: unknown) => (key === FIELD ? undefined : value));

describe("PGO's CRDs that a chart has installed, and deploy", () => {
  let controlPlane: ControlPlane;
  let kubectl: Kubectl;
  let commands: Commands;
  let uid: string;

  beforeAll(async () => {
    controlPlane = await startControlPlane();
    ({ kubectl } = controlPlane);
    commands = new Commands(controlPlane);
    // An older release, whose PostgresClusters have one field less, in another namespace.
    const chart = assemble(Object.values(CHARTS)[0] ?? { fixture: 'pgo' }, '5.8.5', controlPlane.directory);
    const [file = ''] = readdirSync(join(chart, 'crds')).filter((name) => name.includes('postgresclusters'));
    const path = join(chart, 'crds', file);
    writeFileSync(path, withoutField(JSON.stringify(parseYaml(readFileSync(path, 'utf8')))));
    helm('install', 'pgo', chart, '--namespace', 'databases', '--create-namespace');
    await served(kubectl, ...NAMES);
    await kubectl.output(['create', 'namespace', 'cvat']);
    await kubectl.output(['apply', '--server-side', '-f', '-'], { input: JSON.stringify(CLUSTER) });
    uid = (await live(...DATABASE)).metadata.uid;
  });

  afterAll(async () => {
    commands?.close();
    await controlPlane?.stop();
  });

  interface Live extends Manifest {
    readonly metadata: Manifest['metadata'] & { readonly uid: string; readonly resourceVersion: string };
  }

  function helm(...args: readonly string[]): void {
    const env = { PATH: process.env['PATH'], HOME: controlPlane.directory, KUBECONFIG: kubectl.kubeconfig };
    execFileSync(controlPlane.program('helm'), [...args], { env, encoding: 'utf8' });
  }

  const live = (...object: readonly string[]): Promise<Live> => kubectl.get<Live>(...object);
  const versions = async (): Promise<string[]> =>
    Promise.all(NAMES.map(async (name) => (await live('crd', name)).metadata.resourceVersion));
  const deploy = (folder = LOCAL.folder, ...args: readonly string[]): ReturnType<Commands['run']> =>
    commands.run('deploy', folder, '--stage', STAGE, ...args);
  const declares = (crd: Manifest, field: string): boolean =>
    valueAt((valueAt(crd['spec'], 'versions') as unknown[])[0], 'schema', 'openAPIV3Schema', 'properties', 'spec', 'properties', field) !==
    undefined;
  const patchSchema = (op: 'add' | 'remove', field: string): Promise<string> => {
    const path = `/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/${field}`;
    const patch = JSON.stringify([{ op, path, ...(op === 'add' && { value: { type: 'string' } }) }]);
    return kubectl.output(['patch', 'crd', CLUSTERS, '--type=json', '--field-manager=helm', '-p', patch]);
  };
  const tryDelete = (): Promise<{ code: number | null; stderr: string }> => kubectl.run(['delete', 'crd', CLUSTERS, '--dry-run=server']);
  const refusesDeletion = async (): Promise<void> =>
    expect(await tryDelete()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('crd-protection.platform.kapernikov.com') as string,
    });

  /** Expects that a deployment is refused, by diff too, and that nothing was written. */
  async function refused(folder: string, reason: RegExp): Promise<void> {
    const before = await versions();
    const { code, stderr } = await deploy(folder);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^Nothing was applied: /) as string });
    expect(stderr).toMatch(reason);
    const compared = await commands.run('diff', folder, '--stage', STAGE);
    expect({ code: compared.code, reason: reason.test(compared.stdout) }).toEqual({ code: 2, reason: true });
    expect(await versions()).toEqual(before);
  }

  test('are not taken over while another release of PGO uses them', async () => {
    await refused(LOCAL.folder, /Helm release databases\/pgo \(chart pgo 5\.8\.5\) uses it, too; dist is of pgo 5\.8\./);
    helm('uninstall', 'pgo', '--namespace', 'databases');
  });

  test('are not taken over while they declare more than those of dist', async () => {
    await patchSchema('add', 'future');
    await refused(LOCAL.folder, /is newer than the CRD of dist, .* and only it declares spec\.future \(v1beta1\)\./);
    await patchSchema('remove', 'future');
  });

  test('are taken over and upgraded otherwise, with their databases, and the guard is in force', async () => {
    expect(declares(await live('crd', CLUSTERS), FIELD)).toBe(false);
    const { code, stdout, stderr } = await deploy();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of NAMES) expect(stdout).toContain(`configured CustomResourceDefinition ${name}\n`);
    for (const ours of CRDS) {
      const { metadata, spec } = (await live('crd', ours.metadata.name)) as Live & { spec: object };
      expect(metadata).toMatchObject({ labels: ours.metadata.labels, annotations: ours.metadata.annotations });
      expect(JSON.stringify(spec)).not.toContain('"description":"PostgresCluster is');
    }
    expect(declares(await live('crd', CLUSTERS), FIELD)).toBe(true);
    expect((await live(...DATABASE)).metadata.uid).toBe(uid);
    await refusesDeletion();
    const inventory = await kubectl.output(['get', 'configmap', '-n', 'default', 'third-party-platform-local', '-o', 'yaml']);
    expect(inventory).toContain(`CustomResourceDefinition ${CLUSTERS}`);
    expect(inventory).not.toContain('(adopted)');
  });

  test('are left alone by the next deploy', async () => {
    const before = await versions();
    expect(await deploy()).toMatchObject({ code: 0 });
    expect(await versions()).toEqual(before);
  });

  describe('when the CRD of dist loses a field', () => {
    const folder = (): string =>
      edited(LOCAL, controlPlane.directory, {
        [STAGE]: (text) =>
          text
            .split('\n')
            .map((line) => (line.startsWith('{') && line.includes(`"name":"${CLUSTERS}"`) ? withoutField(line) : line))
            .join('\n'),
      });

    test('are refused while a PostgresCluster uses it', async () => {
      // Until the API server has read the CRD, it drops the field.
      await until('the field is set', async () => {
        await kubectl.output(['patch', ...DATABASE, '--type=merge', '-p', JSON.stringify({ spec: { [FIELD]: false } })]);
        return valueAt((await live(...DATABASE))['spec'], FIELD) === false;
      });
      await refused(
        folder(),
        /spec\.shutdown \(v1beta1\): must be a field that the CRD has; got "shutdown"\..* It is set in PostgresCluster cvat\/my-postgres, of 1 object\./,
      );
    });

    test('are changed, with a note, when none uses it: what Helm has set does not conflict', async () => {
      await kubectl.output(['patch', ...DATABASE, '--type=merge', '-p', JSON.stringify({ spec: { [FIELD]: null } })]);
      const { code, stdout, stderr } = await deploy(folder());
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('v1beta1 loses spec.shutdown; none of 1 object uses that');
      expect(declares(await live('crd', CLUSTERS), FIELD)).toBe(false);
      expect((await live(...DATABASE)).metadata.uid).toBe(uid);
      await refusesDeletion();
    });
  });

  describe('with a field that the CRD on the cluster does not declare', () => {
    const folder = (): string =>
      edited(LOCAL, controlPlane.directory, {
        '30-postgres': (text) => text.replace(/^(kind: PostgresCluster\n(?:.*\n)*?spec:\n)/m, `$1  ${FIELD}: false\n`),
      });
    const stages = ['00-data-protection', STAGE, '30-postgres'].flatMap((name) => ['--stage', name]);
    test('are shown by diff with the object that sets it, as deploy will apply both', async () => {
      const { code, stdout, stderr } = await commands.run('diff', folder(), ...stages);
      expect({ code, stderr: stderr.split('\n')[0] }).toEqual({ code: 1, stderr: expect.stringMatching(/^Comparing/) as string });
      expect(stdout).toContain(`+  ${FIELD}: false`);
    });

    test('are applied before the object that sets it, in one deployment', async () => {
      expect(declares(await live('crd', CLUSTERS), FIELD)).toBe(false);
      const deploy = await commands.start('deploy', folder(), ...stages);
      // No PGO is there to make it ready.
      await deploy.said(/^configured +PostgresCluster cvat\/my-postgres$/m);
      const { stdout, stderr } = await deploy.interrupt('SIGINT');
      expect(stderr).not.toContain('must be a field of CRD');
      expect(stdout).toContain(`configured CustomResourceDefinition ${CLUSTERS}\n`);
      expect(valueAt((await live(...DATABASE))['spec'], FIELD)).toBe(false);
    });
  });

  test('are refused without a version that the API server keeps, until the command in the refusal was run', async () => {
    const name = 'pgupgrades.postgres-operator.crunchydata.com';
    const versions = valueAt((await live('crd', name))['spec'], 'versions') as readonly object[];
    const patch = JSON.stringify([{ op: 'add', path: '/spec/versions/-', value: { ...versions[0], name: 'v1alpha1', storage: false } }]);
    await kubectl.output(['patch', 'crd', name, '--type=json', '--field-manager=helm', '-p', patch]);
    const stored = JSON.stringify({ status: { storedVersions: ['v1alpha1', 'v1beta1'] } });
    await kubectl.output(['patch', 'crd', name, '--subresource=status', '--type=merge', '-p', stored]);
    const { stderr } = await deploy();
    const [, command = ''] = /version v1alpha1: is removed, and status\.storedVersions has it, .* Run: kubectl (.*)/.exec(stderr) ?? [];
    const dist = JSON.stringify(CRDS.find(({ metadata }) => metadata.name === name));
    const apply = ['apply', '--server-side', '--force-conflicts', '-f', '-'];
    expect((await kubectl.run(apply, { input: dist })).stderr).toContain('status.storedVersions[0]: Invalid value: "v1alpha1"');
    await kubectl.output(command.replaceAll("'", '').split(' '));
    expect(await deploy()).toMatchObject({ code: 0, stdout: expect.stringContaining('version v1alpha1: is removed') as string });
  });
});
