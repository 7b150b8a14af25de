/**
 * Proves that users can edit the repository: `npm run try-edits`. Each edit is applied to a copy, where synth runs with its type check, and
 * jest runs every unit, cluster and schema test that the edited files can affect. One copy, whose environments differ most, runs all of them.
 */
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Copy, type Edit, edits } from './try-edits/edits';

const ROOT = join(__dirname, '..');
/** Tests that read environments/, dist/ or pages without importing them, which jest cannot know. */
const READERS = ['test/environments.test.ts', 'test/schema/dist.test.ts', 'test/pages.test.ts', 'test/documentation.test.ts'];
const ALL_TESTS = 'local removed, production is the default';

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' });

function copyTo(folder: string): Copy {
  for (const file of files.trim().split('\n')) cpSync(join(ROOT, file), join(folder, file), { preserveTimestamps: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return new Copy(folder);
}

interface Result {
  readonly code: number;
  readonly output: string;
}

function run(folder: string, ...args: readonly string[]): Promise<Result> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 64e6 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, output: stdout + stderr });
    });
  });
}

/** What fails with the edit; undefined if nothing does. */
async function failureOf(edit: Edit, folder: string): Promise<string | undefined> {
  const copy = copyTo(folder);
  edit.apply(copy);
  const synth = await run(folder, '--require', './scripts/typescript.js', 'scripts/synth.ts');
  if (edit.problem) return synth.code === 1 && edit.problem.test(synth.output) ? undefined : `synth must report it:\n${synth.output}`;
  if (synth.code !== 0) return synth.output;
  // synth has checked the types of everything but the tests, which the edits do not affect one by one.
  const types = edit.name === ALL_TESTS ? await run(folder, 'node_modules/typescript-7/bin/tsc', '--noEmit') : undefined;
  if (types && types.code !== 0) return types.output;
  const environments = copy.list('environments').map((file) => `environments/${file}`);
  const chosen = edit.name === ALL_TESTS ? [] : ['--findRelatedTests', ...environments, ...READERS.filter((file) => copy.has(file))];
  const jest = ['node_modules/jest/bin/jest.js', '--selectProjects', 'unit', 'cluster', 'schema', '--maxWorkers=1', ...chosen];
  const tests = await run(folder, ...jest);
  return tests.code === 0 ? undefined : tests.output;
}

async function main(): Promise<void> {
  const left = [...edits].sort((one, other) => Number(other.name === ALL_TESTS) - Number(one.name === ALL_TESTS));
  const worker = async (): Promise<void> => {
    for (let edit = left.shift(); edit; edit = left.shift()) {
      const started = Date.now();
      const folder = mkdtempSync(join(tmpdir(), 'edited-'));
      const failure = await failureOf(edit, folder).finally(() => rmSync(folder, { recursive: true, force: true }));
      if (failure !== undefined) process.exitCode = 1;
      const seconds = Math.round((Date.now() - started) / 1000);
      process.stdout.write(`${failure === undefined ? 'passed' : 'FAILED'}  ${edit.name} (${seconds} s)\n${failure ?? ''}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

void main();
