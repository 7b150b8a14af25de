import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import type { Problem } from '../constructs/problem';

/** TypeScript 7, the native compiler: it is faster than the synthesis that runs beside it. ESLint and cdk8s-cli still need 5.9. Undefined without development dependencies. */
export function findCompiler(): string | undefined {
  try {
    return join(dirname(require.resolve('typescript-7/package.json')), 'bin', 'tsc');
  } catch {
    return undefined;
  }
}

/** `environments/local.ts(7,3): error TS2353: Object literal may only specify known properties, and …` */
const DIAGNOSTIC = /^(?<file>\S.*)\((?<line>\d+),(?<column>\d+)\): error (?<code>TS\d+): (?<message>.*)$/;

/** The type errors of the program as problems, for example a misspelt key of an environment. */
export async function checkTypes(compiler: string, project = join(__dirname, 'tsconfig.synth.json')): Promise<Problem[]> {
  const { code, output } = await run([compiler, '--project', project, '--pretty', 'false']);
  const problems = output
    .split(/\n(?=\S)/) // continuation lines are indented
    .flatMap((diagnostic) => parse(diagnostic) ?? []);
  if (code !== 0 && problems.length === 0) throw new Error(`The type check failed to run:\n${output}`);
  return problems;
}

function parse(diagnostic: string): Problem | undefined {
  const [first = '', ...explanation] = diagnostic.trimEnd().split('\n');
  const groups = DIAGNOSTIC.exec(first)?.groups;
  if (!groups) return undefined;
  const { file, line, column, code, message } = groups;
  const text = [message, ...explanation.map((part) => part.trim())].join(' ');
  return { environment: `${file}:${line}:${column}`, path: '', field: '', message: text, remedy: `(${code})` };
}

function run(command: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
