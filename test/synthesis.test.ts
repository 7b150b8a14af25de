import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { defaultEnvironment, environments } from '../environments';
import { local } from '../environments/local';
import { synthesize, write } from '../main';

const DIST = join(__dirname, '../dist');

let folder: string;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'synthesis-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function filesOf(dist: string): string[] {
  const all = existsSync(dist) ? readdirSync(dist, { recursive: true, encoding: 'utf8' }) : [];
  return all.filter((file) => statSync(join(dist, file)).isFile());
}

/** Which environment writes a file of dist/: whatever is in no other one's folder is the default one's. */
function ownerOf(file: string): string {
  const [top = ''] = file.split('/');
  return top in environments && top !== defaultEnvironment ? top : defaultEnvironment;
}

/** Fails, and says what to do, if the folder does not hold exactly what was synthesized for an environment. */
function assertUpToDate(environment: string, dist: string, files: ReadonlyMap<string, string>): void {
  const own = [...new Set([...files.keys(), ...filesOf(dist)])].filter((file) => ownerOf(file) === environment).sort();
  const different = own.flatMap((file) => {
    if (!files.has(file)) return [`dist/${file}: nobody writes it any more`];
    if (!existsSync(join(dist, file))) return [`dist/${file}: missing`];
    return files.get(file) === readFileSync(join(dist, file), 'utf8') ? [] : [`dist/${file}: different`];
  });
  if (different.length === 0) return;
  throw new Error(
    `environments/${environment}.ts gives another dist/. Run \`npm run synth\` and review \`git diff dist\`:\n${different.join('\n')}`,
  );
}

test.each(Object.keys(environments))('%s gives dist/ byte for byte', (environment) => {
  assertUpToDate(environment, DIST, synthesize().files);
});

test('a dist/ that is not up to date is told what to run, and which files differ', () => {
  const files = new Map([
    ['10-a.k8s.yaml', 'a\n'],
    ['20-b.k8s.yaml', 'b\n'],
    ['30-c.k8s.yaml', 'c\n'],
    ['tutorial/10-a.k8s.yaml', 'a\n'],
  ]);
  write({ files, problems: [], acknowledged: [] }, folder);
  for (const environment of Object.keys(environments)) assertUpToDate(environment, folder, files);
  writeFileSync(join(folder, '20-b.k8s.yaml'), 'b\r\n');
  rmSync(join(folder, '30-c.k8s.yaml'));
  mkdirSync(join(folder, 'forgotten'));
  writeFileSync(join(folder, 'forgotten/10-a.k8s.yaml'), '');
  expect(() => assertUpToDate('local', folder, files)).toThrow(
    [
      'environments/local.ts gives another dist/. Run `npm run synth` and review `git diff dist`:',
      'dist/20-b.k8s.yaml: different',
      'dist/30-c.k8s.yaml: missing',
      'dist/forgotten/10-a.k8s.yaml: nobody writes it any more',
    ].join('\n'),
  );
  assertUpToDate('tutorial', folder, files);
});

test('no environment has a problem', () => {
  expect(synthesize().problems).toEqual([]);
});

test('the same environments give the same files, and nothing is written', () => {
  expect([...synthesize().files]).toEqual([...synthesize().files]);
  expect(readdirSync(folder)).toEqual([]);
});

test('the default environment is in the folder itself, and every other one in a folder of its name', () => {
  const folders = [...synthesize({ local, staging: local }).files.keys()].map((file) => dirname(file));
  expect(new Set(folders)).toEqual(new Set(['.', 'staging']));
});

test('every file says where it comes from, and can be joined with any other', () => {
  for (const [file, content] of synthesize().files) {
    const environment = ownerOf(file);
    expect(content.startsWith(`# Written by \`npm run synth\` from environments/${environment}.ts: change that, not this.\n---\n`)).toBe(
      true,
    );
    expect(content.endsWith('\n')).toBe(true);
  }
});

test('all files in one stream are as many documents as there are objects, and none is empty', () => {
  const contents = [...synthesize().files.values()];
  const alone = contents.flatMap((content) => parseAllDocuments(content)).map((document) => document.toJS() as { kind: string });
  const joined = parseAllDocuments(contents.join(''));
  expect(joined.map((document) => document.toJS() as unknown)).toEqual(alone);
  expect(alone.filter((object) => !object?.kind)).toEqual([]);
});

test('the problems of all environments are found in one run, each with its environment', () => {
  const wrong = { ...local, ...(local.cvat && { cvat: { ...local.cvat, host: 'a b' } }) };
  const places = synthesize({ local: wrong, staging: local, production: wrong }).problems.map(({ environment, path, field }) => [
    environment,
    path,
    field,
  ]);
  expect(places).toEqual([
    ['local', '50-cvat/cvat', 'host'],
    ['production', '50-cvat/cvat', 'host'],
  ]);
});

test('what is written is what was synthesized, in folders that need not exist', () => {
  const synthesis = synthesize();
  write(synthesis, join(folder, 'a/b'));
  expect(filesOf(join(folder, 'a/b')).sort()).toEqual([...synthesis.files.keys()].sort());
  for (const [file, content] of synthesis.files) expect(readFileSync(join(folder, 'a/b', file), 'utf8')).toBe(content);
});
