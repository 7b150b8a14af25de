import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProcess, perObject } from './in-process';
import { median } from './median';

const ROUNDS = 7;

interface Command {
  readonly name: string;
  readonly command: readonly string[];
}

const app: Command = { name: 'the app alone', command: ['node', '--require', './scripts/typescript.js', 'main.ts'] };
const withTsx: Command = { name: 'the same with tsx', command: ['node', '--require', 'tsx/cjs', 'main.ts'] };
const withTsNode: Command = { name: '`npx ts-node main.ts`', command: ['npx', 'ts-node', 'main.ts'] };
const cli: Command = { name: '`npx cdk8s synth`', command: ['npx', 'cdk8s', 'synth', '--no-check-upgrade'] };
const synth: Command = { name: '`npm run synth`: types, all environments, all checks', command: ['npm', 'run', 'synth'] };
const cliAlone: Command = { name: 'the same with an app that does nothing', command: [...cli.command, '--app', 'mkdir -p $CDK8S_OUTDIR'] };
const cliWithTsNode: Command = {
  name: 'the same with `npx ts-node main.ts` as its app',
  command: [...cli.command, '--app', 'npx ts-node main.ts'],
};

/** Seconds of each round. The commands take turns, so that other load on the machine affects all of them. */
function measure(commands: readonly Command[]): Map<Command, number[]> {
  const seconds = new Map(commands.map((command) => [command, [] as number[]]));
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const command of commands) {
      process.stderr.write(`round ${round} of ${ROUNDS}: ${command.name}\n`);
      const started = performance.now();
      run(command, join(folder, 'out'));
      if (round > 0) seconds.get(command)?.push((performance.now() - started) / 1000); // the first round fills caches
    }
  }
  rmSync(folder, { recursive: true, force: true });
  return seconds;
}

function run({ command, name }: Command, folder: string): void {
  const [program = '', ...given] = command;
  const words = command.includes('cdk8s') ? [...given, '--output', folder] : given;
  const { status, stderr } = spawnSync(program, words, { env: { ...process.env, CDK8S_OUTDIR: folder }, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} failed:\n${stderr}`);
}

function table(baseline: Command, budgets: ReadonlyMap<Command, string>, seconds: ReadonlyMap<Command, number[]>): string {
  const base = median(seconds.get(baseline) ?? []);
  const rows = [...seconds].map(([command, all]) => {
    const ratio = command === baseline ? '1' : (median(all) / base).toFixed(3);
    return `| ${command.name} | ${median(all).toFixed(2)} | ${ratio} | ${budgets.get(command) ?? ''} |`;
  });
  return ['| | seconds | ratio | budget |', '|---|---|---|---|', ...rows].join('\n');
}

/** How long it takes from the environments to dist/, against what cdk8s' stock template takes. */
export function synthesis(): string {
  const direct = measure([withTsNode, withTsx, app]);
  const throughCli = measure([cliWithTsNode, cli, synth, cliAlone]);
  return `Medians of ${ROUNDS} rounds. Against the stock template of cdk8s, which runs the app by ts-node:

${table(withTsNode, new Map([[app, '0.08']]), direct)}

${table(
  cliWithTsNode,
  new Map([
    [cli, '0.27'],
    [synth, '0.25'],
  ]),
  throughCli,
)}

In one process, milliseconds for an environment, the constructs and the YAML of it (medians of ten, warm):

${inProcess()}

Cost of an object, as a chart grows (constructs, checks and YAML):

${perObject([1000, 5000, 20000])}`;
}
