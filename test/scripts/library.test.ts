import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from '../../manifests/manifest';

const root = join(__dirname, '..', '..');
const modules = join(root, 'node_modules');
const compiler = join(modules, 'typescript-7', 'bin', 'tsc');

interface Package {
  readonly name: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

let app: string;
let installed: string;
let packed: Package;

/** An empty folder in which the packed project is installed as npm does it, with links to what it depends on instead of downloads. */
beforeAll(() => {
  app = mkdtempSync(join(tmpdir(), 'third-party-platform-library-'));
  execFileSync('npm', ['pack', '--silent', '--offline', '--pack-destination', app], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const [tarball = ''] = readdirSync(app);
  installed = join(app, 'node_modules', 'third-party-platform');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['--extract', '--file', join(app, tarball), '--strip-components=1', '--directory', installed]);
  packed = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Package;
  for (const name of Object.keys({ ...packed.dependencies, ...packed.peerDependencies })) link(name);
  link('@types/node'); // of the App itself, as in any TypeScript project
  const [, program = ''] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs', 'as-a-library.md'), 'utf8')) ?? [];
  writeFileSync(join(app, 'main.ts'), program);
  const options = { target: 'ES2022', module: 'node16', strict: true, skipLibCheck: true, types: ['node'], outDir: 'out' };
  writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*.ts'] }));
});

afterAll(() => rmSync(app, { recursive: true, force: true }));

function link(name: string): void {
  const target = join(app, 'node_modules', name);
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(join(modules, name), target);
}

test('another App compiles against the packed types, and synthesizes a PostgresCluster, CVAT and Helm releases', () => {
  const { status, stdout } = spawnSync(process.execPath, [compiler, '--project', app], { encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  execFileSync(process.execPath, [join(app, 'out', 'main.js')], { cwd: app });

  const objects = readdirSync(join(app, 'dist')).flatMap((file) =>
    parseAllDocuments(readFileSync(join(app, 'dist', file), 'utf8')).map((document) => document.toJS() as Manifest),
  );
  const names = objects.map(({ kind, metadata: { namespace, name } }) => `${kind} ${namespace ?? '-'}/${name}`);
  expect(names.sort()).toEqual([
    ...['crunchybridgeclusters', 'pgadmins', 'pgupgrades', 'postgresclusters'].map(
      (plural) => `CustomResourceDefinition -/${plural}.postgres-operator.crunchydata.com`,
    ),
    'HelmChart kube-system/cvat',
    'HelmChart kube-system/minio-operator',
    'HelmChart kube-system/pgo',
    'Ingress vision/cvat-closed-registration',
    'Namespace -/crunchy-pgo',
    'Namespace -/minio',
    'Namespace -/vision',
    'PostgresCluster vision/my-postgres',
    'Secret vision/my-postgres-pguser-cvat',
    'ValidatingAdmissionPolicy -/crd-protection.platform.kapernikov.com',
    'ValidatingAdmissionPolicyBinding -/crd-protection.platform.kapernikov.com',
  ]);
  // The App leaves the annotations of the contract out. The origin and the licence of a CRD stay.
  const annotations = objects.flatMap(({ metadata }) => Object.keys(metadata.annotations ?? {}));
  const ours = annotations.filter((name) => name.startsWith('platform.kapernikov.com/'));
  expect(new Set(ours)).toEqual(new Set(['platform.kapernikov.com/generated']));
});

test('cdk8s and constructs are the copies of the App, and what only commands need is not installed', () => {
  expect(Object.keys(packed.peerDependencies)).toEqual(['cdk8s', 'constructs']);
  expect(Object.keys(packed.dependencies)).toEqual(['cdk8s-plus-27', 'js-yaml', 'semver', 'tar', 'yaml']);
  const program = `const { PostgresCluster } = require('third-party-platform');
    console.log(PostgresCluster.prototype instanceof require('constructs').Construct)`;
  expect(execFileSync(process.execPath, ['--eval', program], { cwd: app, encoding: 'utf8' }).trim()).toBe('true');
});

test('the package contains the constructs, what they import, and no program', () => {
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
  expect(files.filter((file) => /^lib\/[^/]+$/.test(file)).sort()).toEqual(['lib/constructs', 'lib/imports', 'lib/manifests']);
  expect(files.filter((file) => file.startsWith('lib/imports/') && file.endsWith('.js'))).toEqual([]);
});

test('a mistake is a validation error that names the construct and the field', () => {
  const program = `const { App, Chart } = require('cdk8s'); const { HelmRelease, fromOci } = require('third-party-platform');
    const app = new App();
    new HelmRelease(new Chart(app, 'stage'), 'release', { name: 'x', chart: fromOci('oci://example.com/x', '1.0.0') });
    app.synth();`;
  const { status, stderr } = spawnSync(process.execPath, ['--eval', program], { cwd: app, encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toContain('[stage/release] delivery: must be set here or for the whole App; got none.');
});
