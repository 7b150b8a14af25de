import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { write } from '../synthesis';
import { local } from './fixtures/environments/local';
import { synthesize } from './fixtures/synthesize';

const synthesis = synthesize();

test('the same environments give the same files', () => {
  expect([...synthesize().files]).toEqual([...synthesis.files]);
});

test('writes the default environment to the folder itself, and each other one to a folder of its name', () => {
  const folders = [...synthesize({ local, staging: local }).files.keys()].map((file) => dirname(file));
  expect(new Set(folders)).toEqual(new Set(['.', 'staging']));
});

test('every file names its source and starts with a document marker, so that files can be joined', () => {
  for (const [file, content] of synthesis.files) {
    const [environment] = file.includes('/') ? file.split('/') : ['local'];
    expect(content.startsWith(`# Written by \`npm run synth\` from environments/${environment}.ts: change that, not this.\n---\n`)).toBe(
      true,
    );
    expect(content.endsWith('\n')).toBe(true);
  }
});

test('all files joined are the documents of all files, and none is empty', () => {
  const contents = [...synthesis.files.values()];
  const alone = contents.flatMap((content) => parseAllDocuments(content)).map((document) => document.toJS() as { kind: string });
  const joined = parseAllDocuments(contents.join(''));
  expect(joined.map((document) => document.toJS() as unknown)).toEqual(alone);
  expect(alone.filter((object) => !object?.kind)).toEqual([]);
});

test('finds the problems of all environments in one run, each with its environment', () => {
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

test('writes what was synthesized, and creates the folders', () => {
  const folder = mkdtempSync(join(tmpdir(), 'synthesis-'));
  write(synthesis, join(folder, 'a/b'));
  const written = readdirSync(join(folder, 'a/b'), { recursive: true, encoding: 'utf8' });
  const files = written.filter((file) => statSync(join(folder, 'a/b', file)).isFile());
  expect(files.sort()).toEqual([...synthesis.files.keys()].sort());
  for (const [file, content] of synthesis.files) expect(readFileSync(join(folder, 'a/b', file), 'utf8')).toBe(content);
  rmSync(folder, { recursive: true });
});
