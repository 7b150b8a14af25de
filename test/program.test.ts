import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { synthesize } from './fixtures/synthesize';
import { Project, run } from './scripts/project';

const REPOSITORY = join(__dirname, '..');
const CDK8S = [process.execPath, join(REPOSITORY, 'node_modules/.bin/cdk8s')];
/** How the cdk8s CLI runs the program. */
const { app } = parse(readFileSync(join(REPOSITORY, 'cdk8s.yaml'), 'utf8')) as { app: string };
const PROGRAM = [process.execPath, ...app.split(' ').slice(1)];
const { files } = synthesize();
const project = new Project();
let folder: string;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'program-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
afterAll(() => project.remove());

function written(): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => statSync(join(folder, file)).isFile());
  return Object.fromEntries(names.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

function identities(yaml: string): string[] {
  const objects = parseAllDocuments(yaml).map(
    (document) => document.toJS() as { kind: string; metadata: { name: string; labels: object } },
  );
  return objects.map(({ kind, metadata }) => `${kind} ${metadata.name} ${JSON.stringify(metadata.labels)}`).sort();
}

test('main.ts writes every file to CDK8S_OUTDIR', async () => {
  const outcome = await run(PROGRAM, { cwd: project.folder, env: { CDK8S_OUTDIR: folder } });
  expect(outcome).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(written()).toEqual(Object.fromEntries(files));
});

test('`cdk8s synth --output` writes every file to that folder', async () => {
  const outcome = await run([...CDK8S, 'synth', '--no-check-upgrade', '--output', folder], { cwd: project.folder });
  expect([outcome.code, outcome.stderr]).toEqual([0, '']);
  expect(written()).toEqual(Object.fromEntries(files));
});

test('`cdk8s synth --stdout` prints every object as a document of one stream', async () => {
  const outcome = await run([...CDK8S, 'synth', '--no-check-upgrade', '--stdout'], { cwd: project.folder });
  expect(outcome.code).toBe(0); // on stderr, the CLI warns about its own listeners when there are more than ten files
  expect(identities(outcome.stdout)).toEqual([...files.values()].flatMap(identities).sort());
});

test('main.ts writes nothing if there is a problem, and reports it without a stack trace', async () => {
  const edited = new Project();
  edited.edit('environments/local.ts', "host: 'cvat.kube-public'", "host: 'cvat kube public'");
  const outcome = await run(PROGRAM, { cwd: edited.folder, env: { CDK8S_OUTDIR: folder } });
  edited.remove();
  expect([outcome.code, outcome.stdout]).toEqual([1, '']);
  expect(outcome.stderr).toBe(
    'nothing was written: 1 problem(s)\n\n  local  50-cvat/cvat  host\n    must be a host name, without scheme, port, path or spaces; got "cvat kube public". Write it as "cvat.example.com". Did you mean "cvat-kube-public"?\n',
  );
  expect(written()).toEqual({});
});

test('main.ts asks Node for no module again and again: each time, it searches the folders', async () => {
  const counting = join(folder, 'counting.js');
  writeFileSync(
    counting,
    `const Module = require('node:module');
    const { _load } = Module;
    const counts = {};
    Module._load = (request, parent, ...rest) => {
      const key = request + ' by ' + parent?.filename;
      counts[key] = (counts[key] ?? 0) + 1;
      return _load(request, parent, ...rest);
    };
    process.on('exit', () => console.log(JSON.stringify(Object.entries(counts).filter(([, count]) => count > 5))));`,
  );
  const [node = '', ...rest] = PROGRAM;
  const outcome = await run([node, '--require', counting, ...rest], { cwd: project.folder, env: { CDK8S_OUTDIR: folder } });
  expect(outcome).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
});
