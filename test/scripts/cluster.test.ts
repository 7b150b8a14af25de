import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Outcome, run } from './project';

const REPOSITORY = join(__dirname, '../..');
const KEPT = 'node_modules/.cache/cluster.cjs';

let folder: string;

/** A project with a small program in the place of cluster/, so that bundling takes no time. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  for (const name of ['scripts', 'cluster', 'node_modules']) mkdirSync(join(folder, name));
  for (const file of ['scripts/cluster.js', 'scripts/esbuild.js']) cpSync(join(REPOSITORY, file), join(folder, file));
  symlinkSync(join(REPOSITORY, 'node_modules/esbuild'), join(folder, 'node_modules/esbuild'));
  write('cluster/main.ts', `import { word } from './word';\nconsole.log(word, ...process.argv.slice(2));\nprocess.exitCode = 3;\n`);
  write('cluster/word.ts', `export const word: string = 'one';\n`);
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (file: string, content: string): void => writeFileSync(join(folder, file), content);

/** As if the file had been saved an hour later. */
const touch = (file: string): void => {
  const later = Date.now() / 1000 + 3600;
  utimesSync(join(folder, file), later, later);
};

function cluster(...args: string[]): Promise<Outcome> {
  return run([process.execPath, 'scripts/cluster.js', ...args], { cwd: folder });
}

/** Runs if, and only if, the kept bundle is used. Its last line is that of the bundle, as in every kept one. */
const mark = (): void => write(KEPT, `console.log('kept');\n${lastLine(readFileSync(join(folder, KEPT), 'utf8'))}`);
const lastLine = (text: string): string => text.slice(text.trimEnd().lastIndexOf('\n') + 1);

test('runs the command with its arguments, and exits with its exit code', async () => {
  expect(await cluster('deploy', '--yes')).toEqual({ code: 3, stdout: 'one deploy --yes\n', stderr: '' });
});

test('bundles once, and keeps the bundle', async () => {
  await cluster('deploy');
  const names = readdirSync(join(folder, 'node_modules/.cache')).filter((name) => !name.includes('.code-'));
  expect(names.sort()).toEqual(['cluster.cjs', 'cluster.cjs.json']);
  mark();
  expect((await cluster()).stdout).toBe('kept\n');
});

test.each(['cluster/main.ts', 'cluster/word.ts', 'scripts/cluster.js'])('bundles again when %s has been saved', async (file) => {
  await cluster();
  mark();
  touch(file);
  expect((await cluster()).stdout).toBe('one\n');
  mark();
  expect((await cluster()).stdout).toBe('kept\n');
});

test('runs the latest content of a source', async () => {
  await cluster();
  write('cluster/word.ts', `export const word: string = 'another';\n`);
  expect((await cluster()).stdout).toBe('another\n');
});

test('bundles again when the kept bundle is missing or invalid', async () => {
  await cluster();
  rmSync(join(folder, KEPT));
  expect((await cluster()).stdout).toBe('one\n');
  mark();
  write(`${KEPT}.json`, '{"files": [');
  expect((await cluster()).stdout).toBe('one\n');
});

test('bundles again when the kept bundle is truncated, empty, or of other sources', async () => {
  await cluster();
  const bundle = readFileSync(join(folder, KEPT), 'utf8');
  for (const content of [
    '',
    bundle.slice(0, bundle.length / 2),
    bundle.replaceAll('one', 'two').replace(lastLine(bundle), '// of two\n'),
  ]) {
    write(KEPT, content);
    expect(await cluster()).toEqual({ code: 3, stdout: 'one\n', stderr: '' });
  }
});

test('keeps no bundle of a source that was saved while it was bundled', async () => {
  write(
    'scripts/esbuild.js',
    `const { buildSync } = require('esbuild');
    exports.buildSync = (options) => {
      const result = buildSync(options);
      require('node:fs').writeFileSync('cluster/word.ts', "export const word: string = 'two';\\n");
      return result;
    };\n`,
  );
  await cluster();
  cpSync(join(REPOSITORY, 'scripts/esbuild.js'), join(folder, 'scripts/esbuild.js'));
  expect((await cluster()).stdout).toBe('two\n');
});

test('fails when a source is missing, and does not run the kept bundle', async () => {
  await cluster();
  rmSync(join(folder, 'cluster/word.ts'));
  const { code, stdout, stderr } = await cluster();
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain('Could not resolve "./word"');
});

test('two commands at once both succeed', async () => {
  const outcomes = await Promise.all([cluster('a'), cluster('b')]);
  expect(outcomes.map(({ stdout }) => stdout)).toEqual(['one a\n', 'one b\n']);
  expect(existsSync(join(folder, KEPT))).toBe(true);
});

test('runs without keeping the bundle when node_modules is not writable', async () => {
  // A file in the place of the folder: permissions would not stop root.
  writeFileSync(join(folder, 'node_modules/.cache'), '');
  for (const word of ['a', 'b']) expect(await cluster(word)).toEqual({ code: 3, stdout: `one ${word}\n`, stderr: '' });
});

test('bundles again when packages were installed', async () => {
  await cluster();
  mark();
  write('node_modules/.package-lock.json', '{}');
  expect((await cluster()).stdout).toBe('one\n');
});

/** What is kept of V8's code, by what has run. */
const codeCaches = (): string[] => readdirSync(join(folder, 'node_modules/.cache')).filter((name) => name.includes('.code-'));

test('keeps a code cache for each command, and one for usage', async () => {
  write('cluster/main.ts', `process.exitCode = process.argv.includes('--wrong') ? 2 : 0;\n`);
  const kinds = (): string[] => codeCaches().map((name) => name.split('-').at(-1) ?? '');
  await cluster('deploy', '--wrong');
  await cluster('deploy', '--help');
  expect(kinds()).toEqual(['usage']);
  await cluster('deploy');
  await cluster('diff');
  expect(kinds().sort()).toEqual(['deploy', 'diff', 'usage']);
});

test('keeps no code cache of an earlier bundle, also of one with the same length', async () => {
  await cluster('deploy');
  const before = codeCaches();
  write('cluster/word.ts', `export const word: string = 'two';\n`);
  expect((await cluster('deploy')).stdout).toBe('two deploy\n');
  expect(codeCaches()).toHaveLength(before.length);
  expect(codeCaches()).not.toEqual(before);
});

test('ignores a damaged or truncated code cache, and replaces it', async () => {
  await cluster();
  const [cache = ''] = codeCaches().map((name) => join(folder, 'node_modules/.cache', name));
  const whole = readFileSync(cache);
  for (const content of ['', 'damaged', whole.subarray(0, whole.length / 2), Buffer.alloc(whole.length)]) {
    writeFileSync(cache, content);
    expect(await cluster()).toEqual({ code: 3, stdout: 'one\n', stderr: '' });
    expect(readFileSync(cache).equals(Buffer.from(content))).toBe(false);
  }
});

test('leaves no part of a file that could not be written', async () => {
  mkdirSync(join(folder, KEPT), { recursive: true });
  expect(await cluster()).toEqual({ code: 3, stdout: 'one\n', stderr: '' });
  expect(readdirSync(join(folder, 'node_modules/.cache')).filter((name) => !/\.(cjs|json)$|\.code-/.test(name))).toEqual([]);
});
