import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { readChartLock, writeChartLock } from '../manifests/chart-lock';
import { formatAcknowledged, formatProblems, formatWarnings, type Problem } from '../constructs/problem';
import type * as program from '../main';
import type { Synthesis } from '../synthesis';
import { compareFolder, ForeignFiles, replaceFolder } from './replace-folder';
import { checkTypes, findCompiler } from './check-types';
import { systemFailure } from './run-script';
import { requestedRestores } from './requested-restores';

const HELP = `npm run synth

Writes the manifests of every environment into dist/: the default one into dist/ itself, each other one into a folder of its name.
Checks types and every manifest. On any problem, all problems are printed and dist/ is not changed.

Exit code: 0 written (or nothing to change), 1 problems, 2 wrong usage.
`;

const FOLDER = 'dist';

const NOT_CHECKED =
  'Types were not checked: the compiler is a development dependency, which is not installed. To check them, run: npm ci --include=dev\n\n';

async function main(): Promise<number> {
  const [argument] = process.argv.slice(2);
  if (argument === '--help' || argument === '-h') return say(HELP, 0);
  if (argument !== undefined) return complain(`synth: must have no arguments; got "${argument}".\n\n${HELP}`, 2);

  const compiler = findCompiler();
  const typeErrors = compiler === undefined ? Promise.resolve([]) : checkTypes(compiler); // a process of its own, which runs during the synthesis
  if (compiler === undefined) process.stderr.write(NOT_CHECKED);
  const synthesis = attempt();
  const problems = await typeErrors;
  // With type errors the program can fail anywhere, so its exception explains nothing.
  if (synthesis instanceof Error && compiler === undefined && systemFailure(synthesis) === undefined)
    return complain(`${FOLDER}/ was not changed: the program failed: ${synthesis.message}\n`, 1);
  if (synthesis instanceof Error && problems.length === 0) throw synthesis;
  const all: readonly Problem[] =
    synthesis instanceof Error
      ? problems
      : [...problems, ...synthesis.problems.filter((problem) => problems.length === 0 || !isTypeError(problem))];
  if (all.length > 0 || synthesis instanceof Error) {
    const state = existsSync(FOLDER) ? `${FOLDER}/ was not changed` : `${FOLDER}/ was not written`;
    return complain(`${state}: ${all.length} ${all.length === 1 ? 'problem' : 'problems'}\n\n${formatProblems(all)}`, 1);
  }
  return say(`${publish(synthesis)}${formatWarnings(synthesis.warnings)}${formatAcknowledged(synthesis.acknowledged)}`, 0);
}

/** Synthesizes in this process. The program is loaded here, not above, so that the type check is already running. */
function attempt(): Synthesis | Error {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { synthesize } = require('../main') as typeof program;
    return synthesize();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Whether the type check of an environment says the same: its types are those of the schemas. */
function isTypeError({ rule, message }: Problem): boolean {
  return rule === 'invalid-field' && /^must be (a field that the CRD has|an? (map|list|integer|number)|text|true or false)\b/.test(message);
}

function publish(synthesis: Synthesis): string {
  const changes = compareFolder(FOLDER, synthesis.files);
  const restores = requestedRestores(FOLDER, synthesis.files);
  if (changes.length > 0) replaceFolder(FOLDER, synthesis.files);
  lockRenderings(synthesis.rendered);
  const files = [...synthesis.files.keys()].map((file) => `  ${FOLDER}/${file}${changes.includes(file) ? '  (changed)' : ''}`);
  const gone = changes.filter((file) => !synthesis.files.has(file)).map((file) => `  ${FOLDER}/${file}  (gone)`);
  const summary = changes.length === 0 ? `${FOLDER}/ is up to date` : `${FOLDER}/ has ${changes.length} changed files`;
  const next =
    changes.length === 0
      ? 'Next: npm run deploy  (npm run diff shows first what it would change)'
      : 'Next: git diff dist to review, npm test, commit, and then npm run deploy  (npm run diff shows first what it would change)';
  return `${summary}\n\n${[...files, ...gone].join('\n')}\n${restoreNote(restores)}\n${next}\n`;
}

function restoreNote(restores: readonly string[]): string {
  if (restores.length === 0) return '';
  const what = 'These restores were requested before. If they are done, remove the request, or they may run again (docs/backups.md):';
  return `\n${what}\n${restores.join('\n')}\n`;
}

/** Another output than the recorded one is a problem, so what is new here was asked for: another version, other values. */
function lockRenderings(rendered: Synthesis['rendered']): void {
  const lock = readChartLock();
  if (!isDeepStrictEqual(lock.rendered, rendered)) writeChartLock({ ...lock, rendered });
}

function say(text: string, code: number): number {
  process.stdout.write(text);
  return code;
}

function complain(text: string, code: number): number {
  process.stderr.write(text);
  return code;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.exitCode = 1;
    if (error instanceof ForeignFiles) return void complain(`${error.message}\n`, 1);
    const failure = systemFailure(error);
    if (failure !== undefined) return void complain(`${FOLDER}/ was not changed: ${failure}\n`, 1);
    // Not a user's mistake: types are correct and no construct has reported it. The author of the construct needs the trace.
    process.stderr.write(`${FOLDER}/ was not changed: the program failed.\n\n${error instanceof Error ? error.stack : String(error)}\n`);
  },
);
