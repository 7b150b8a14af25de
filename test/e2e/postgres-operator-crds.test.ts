import { findCrds } from '../../scripts/crd-sources';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOLDS_DATA_ANNOTATION } from '../../manifests/contract';
import { valueAt } from '../../manifests/fields';
import type { Manifest } from '../../manifests/manifest';
import { toYamlDocuments } from '../../manifests/yaml';
import { findControlPlane } from '../../scripts/control-plane';
import { FIXTURES, manifestsIn } from '../fixtures/dist';
import { type ControlPlane, startControlPlane } from './harness/control-plane';
import { CRDS, install } from './harness/crds';
import { ENVIRONMENTS, objectsIn } from './harness/dist';
import type { Kubectl, KubectlResult } from './harness/kubectl';
import { blocksOf } from './harness/page';
import { served } from './harness/served';
import { until } from './harness/until';

/** `tutorial` has no data protection. */
const TUTORIAL = ENVIRONMENTS.find(({ name }) => name === 'tutorial') ?? { name: '', folder: '' };
const FILE = `${TUTORIAL.folder}/20-postgres-operator-crds.k8s.yaml`;
const MANIFESTS = manifestsIn(readFileSync(join(FIXTURES, FILE), 'utf8'));
const OURS = MANIFESTS.filter(({ kind }) => kind === 'CustomResourceDefinition');
const NAMES = OURS.map(({ metadata }) => metadata.name);
const UPSTREAM = CRDS.filter(({ name }) => NAMES.includes(name));
const [CLUSTERS = ''] = NAMES;
const CLUSTER = objectsIn(TUTORIAL).find(({ kind }) => kind === 'PostgresCluster') as Manifest;

let controlPlane: ControlPlane;
let kubectl: Kubectl;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'crds-'));
  controlPlane = await startControlPlane();
  ({ kubectl } = controlPlane);
  await install(
    kubectl,
    CRDS.filter(({ name }) => name === 'helmcharts.helm.cattle.io'),
  );
});

afterAll(async () => {
  await controlPlane?.stop();
  rmSync(folder, { recursive: true });
});

const apply = (...flags: readonly string[]): Promise<KubectlResult> =>
  kubectl.run(['apply', '-f', FILE, ...flags], { workingDirectory: FIXTURES });
const live = (name: string): Promise<Manifest> => kubectl.get<Manifest>('crd', name);
const descriptionOf = (crd: Manifest): unknown =>
  valueAt((valueAt(crd['spec'], 'versions') as unknown[])[0], 'schema', 'openAPIV3Schema', 'description');
const uidOf = async (...object: readonly string[]): Promise<string> =>
  (await kubectl.get<{ metadata: { uid: string } }>(...object)).metadata.uid;

/** Runs commands of a page as they are there, for the environment of this test. */
function shell(commands: string): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync('bash', ['-ec', commands.replaceAll('dist/', `${TUTORIAL.folder}/`)], {
    cwd: FIXTURES,
    encoding: 'utf8',
    env: { PATH: `${findControlPlane()}:${process.env['PATH'] ?? ''}`, KUBECONFIG: kubectl.kubeconfig, HOME: folder },
  });
  return { code: status, stdout, stderr };
}

/** imports/schemas/ has the CRDs without descriptions, which is what these tests are about. */
const withTexts = 'folder' in findCrds() ? test : test.skip;

const block = (page: string, start: string): string => blocksOf(page, 'bash').find((text) => text.startsWith(start)) ?? 'exit 99';

describe('CRDs that a chart has installed', () => {
  let cluster: string;

  beforeAll(async () => {
    // As Helm 4 does, and with the texts that kubectl cannot store.
    await kubectl.output(['apply', '--server-side', '--field-manager=helm', ...UPSTREAM.flatMap(({ path }) => ['-f', path])]);
    await served(kubectl, ...NAMES);
    await kubectl.output(['apply', '-f', '-'], { input: JSON.stringify(CLUSTER) });
    cluster = await uidOf('postgrescluster', CLUSTER.metadata.name);
  });

  withTexts('have their texts', async () => {
    expect(descriptionOf(await live(CLUSTERS))).toEqual(expect.any(String));
  });

  withTexts('conflict with kubectl apply --server-side, unless it forces them', async () => {
    const flags = ['--server-side', '--dry-run=server'];
    expect(await apply(...flags)).toMatchObject({ code: 1, stderr: expect.stringContaining('conflict with "helm"') });
    expect(await apply(...flags, '--force-conflicts')).toMatchObject({ code: 0, stderr: '' });
  });

  test('are shown beside those of dist by the commands of docs/with-kubectl.md', () => {
    const { code, stdout } = shell(block('with-kubectl.md', '# Every PGO'));
    expect({
      code,
      lines: stdout
        .trim()
        .split(/\n/)
        .map((line) => line.split(/ +/))
        .sort(),
    }).toEqual({
      code: 0,
      lines: NAMES.flatMap((name) => [
        [name, 'v1beta1'],
        [name, 'v1beta1', expect.stringMatching(/^5\.8\.\d+$/), '-', expect.stringMatching(/^5\.8\.\d+$/)],
      ]).sort(),
    });
  });

  test('are taken over by the command of docs/with-kubectl.md, with one warning each, and the databases stay', async () => {
    const { code, stdout, stderr } = shell(block('with-kubectl.md', 'kubectl apply -f dist/20-'));
    expect({ code, stdout: stdout.split('\n').filter((line) => line.includes('customresourcedefinition')) }).toEqual({
      code: 0,
      stdout: NAMES.map((name) => `customresourcedefinition.apiextensions.k8s.io/${name} configured`),
    });
    const warnings = stderr.split('\n').filter((line) => line !== '');
    expect(warnings).toEqual(
      NAMES.map(
        (name) =>
          expect.stringMatching(
            `^Warning: resource customresourcedefinitions/${name} is missing the kubectl.kubernetes.io/last-applied-configuration annotation`,
          ) as string,
      ),
    );
    expect(await uidOf('postgrescluster', CLUSTER.metadata.name)).toBe(cluster);
  });

  test('are ours afterwards: without texts, with our label and annotations, and unchanged by the next apply', async () => {
    for (const ours of OURS) {
      const crd = await live(ours.metadata.name);
      expect(descriptionOf(crd)).toBeUndefined();
      expect(crd.metadata).toMatchObject({ labels: ours.metadata.labels, annotations: ours.metadata.annotations });
    }
    const { code, stdout, stderr } = await apply();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').filter((line) => line.endsWith(' unchanged'))).toHaveLength(MANIFESTS.length);
  });

  test('validate as before: a cluster is accepted, and a misspelt field is refused', async () => {
    const strict = ['apply', '--server-side', '--force-conflicts', '--dry-run=server', '--validate=strict', '-f', '-'];
    expect(await kubectl.run(strict, { input: JSON.stringify(CLUSTER) })).toMatchObject({ code: 0 });
    const misspelt = { ...CLUSTER, spec: { ...(CLUSTER['spec'] as object), shutDown: true } };
    expect(await kubectl.run(strict, { input: JSON.stringify(misspelt) })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('.spec.shutDown: field not declared'),
    });
  });

  test('are still explained by kubectl, with types and without texts', async () => {
    const text = await until('the new schema is published', async () => {
      const explained = await kubectl.output(['explain', 'postgrescluster.spec.shutdown']);
      return !explained.includes('DESCRIPTION:\n    Whether') && explained;
    });
    expect(text).toMatch(/FIELD: shutdown <boolean>/);
  });
});

describe('an upgrade of the CRDs', () => {
  /** The CRDs of a release before, whose PostgresClusters had one field less. */
  const older = MANIFESTS.map((manifest) =>
    manifest.metadata.name === CLUSTERS
      ? (JSON.parse(JSON.stringify(manifest), (key, value: unknown) => (key === 'shutdown' ? undefined : value)) as Manifest)
      : manifest,
  );
  const withField = { ...CLUSTER, spec: { ...(CLUSTER['spec'] as object), shutdown: false } };
  const tried = (): Promise<KubectlResult> =>
    kubectl.run(['apply', '--server-side', '--force-conflicts', '--dry-run=server', '--validate=strict', '-f', '-'], {
      input: JSON.stringify(withField),
    });

  test('by kubectl apply makes the newer fields known, and keeps the databases', async () => {
    const file = join(folder, 'older.yaml');
    writeFileSync(file, toYamlDocuments(older));
    const cluster = await uidOf('postgrescluster', CLUSTER.metadata.name);
    await kubectl.output(['apply', '-f', file]);
    await until('the field is not known', async () => (await tried()).stderr.includes('field not declared'));
    expect(await apply()).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(`${CLUSTERS} configured`) });
    await until('the field is known', async () => (await tried()).code === 0);
    expect(await uidOf('postgrescluster', CLUSTER.metadata.name)).toBe(cluster);
  });
});

describe('kubectl delete -f of an environment without data protection', () => {
  beforeAll(async () => {
    await until('the policy is in force', async () => (await kubectl.run(['delete', 'crd', CLUSTERS, '--dry-run=server'])).code !== 0);
  });

  test('keeps the CRDs, however often, and says how to allow it', async () => {
    const uids = await Promise.all(NAMES.map((name) => uidOf('crd', name)));
    for (let time = 1; time <= 2; time++) {
      const { code, stderr } = await kubectl.run(['delete', '-f', TUTORIAL.folder, '--ignore-not-found', '--wait=false'], {
        workingDirectory: FIXTURES,
      });
      expect(code).toBe(1);
      for (const name of NAMES) expect(stderr).toMatch(new RegExp(`${name} holds data \\(every .*kubectl annotate .* ${name} platform`));
      expect(await Promise.all(NAMES.map((name) => uidOf('crd', name)))).toEqual(uids);
    }
    expect(await kubectl.output(['get', 'postgrescluster', '--all-namespaces', '--ignore-not-found'])).toBe('');
  });

  test('names what goes with each of them, also where a chart has installed it', async () => {
    for (const { metadata, spec } of OURS) {
      await kubectl.output(['annotate', 'crd', metadata.name, `${HOLDS_DATA_ANNOTATION}-`]);
      const { code, stderr } = await kubectl.run(['delete', 'crd', metadata.name, '--dry-run=server']);
      expect(code).toBe(1);
      expect(stderr).toContain(`${metadata.name} holds data (every ${valueAt(spec, 'names', 'kind') as string}), `);
    }
  });

  test('as a collection is refused as well', async () => {
    const selector = encodeURIComponent(`platform.kapernikov.com/environment=${TUTORIAL.name}`);
    const { code, stderr } = await kubectl.run([
      'delete',
      '--raw',
      `/apis/apiextensions.k8s.io/v1/customresourcedefinitions?labelSelector=${selector}`,
    ]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("'crd-protection.platform.kapernikov.com'") as string });
    for (const name of NAMES) expect(await live(name)).not.toHaveProperty('metadata.deletionTimestamp');
  });

  test('is possible by the commands of docs/with-kubectl.md, which leave neither CRD nor policy', () => {
    const found = shell(block('with-kubectl.md', 'kubectl get postgresclusters,'));
    expect({ code: found.code, stderr: found.stderr.trim() }).toEqual({ code: 0, stderr: 'No resources found' });
    expect(shell(block('with-kubectl.md', 'for crd in '))).toMatchObject({ code: 0, stderr: '' });
    const left = shell('kubectl get crd,validatingadmissionpolicy,validatingadmissionpolicybinding -o name').stdout;
    expect(left).not.toMatch(/postgres-operator\.crunchydata\.com|crd-protection/);
  });
});
