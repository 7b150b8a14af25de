import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { median } from './median';

const ROUNDS = 25;
const PROGRAM = join(__dirname, '..', 'scripts', 'cluster.js');

const COMMANDS = [
  { name: '`node -e 0`', words: ['-e', '0'], code: 0 },
  { name: '`deploy --help`', words: [PROGRAM, 'deploy', '--help'], code: 0 },
  { name: 'a wrong option', words: [PROGRAM, 'deploy', '--wrong'], code: 2 },
];

/** What a command takes that needs no cluster, against a Node that does nothing. npm's own start is not part of it. */
export function startUp(): string {
  const times = COMMANDS.map(() => [] as number[]);
  for (let round = 0; round <= ROUNDS; round++) {
    COMMANDS.forEach(({ name, words, code }, index) => {
      const started = performance.now();
      const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
      if (status !== code) throw new Error(`${name} ended with code ${status}:\n${stderr}`);
      if (round > 0) times[index]?.push(performance.now() - started); // the first round fills caches
    });
  }
  const base = median(times[0] ?? []);
  const rows = COMMANDS.map(({ name }, index) => {
    const milliseconds = median(times[index] ?? []);
    return `| ${name} | ${milliseconds.toFixed(0)} | ${(milliseconds / base).toFixed(2)} | ${index === 0 ? '' : '1.5'} |`;
  });
  return [`Medians of ${ROUNDS} rounds.\n`, '| | milliseconds | ratio | at most |', '|---|---|---|---|', ...rows].join('\n');
}
