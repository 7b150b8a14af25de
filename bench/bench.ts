import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import './set-up-fixtures';
import { charts } from './charts';
import { deployment } from './deployment';
import { operator } from './operator';
import { review5000 } from './review';
import { startUp } from './start-up';
import { synthesis } from './synthesis';

/**
 * Measures what docs/performance.md shows, side by side on one machine, and prints it: `npm run bench`, or one part of it:
 * `npm run bench -- operator`. With `--write`, it also writes that part of the page. Compare ratios: seconds depend on the machine.
 */
const PARTS: Readonly<Record<string, () => string | Promise<string>>> = {
  synthesis,
  charts,
  'start-up': startUp,
  deployment,
  review: review5000,
  operator,
};

const FILE = join(__dirname, '..', 'docs', 'performance.md');

async function main(words: readonly string[]): Promise<void> {
  const write = words.includes('--write');
  const named = words.filter((word) => word !== '--write');
  const unknown = named.filter((name) => !Object.hasOwn(PARTS, name));
  if (unknown.length > 0) throw new Error(`part: must be one of ${Object.keys(PARTS).join(', ')}; got ${unknown.join(', ')}.`);
  for (const [name, measure] of Object.entries(PARTS)) {
    if (named.length > 0 && !named.includes(name)) continue;
    process.stderr.write(`${name}\n`);
    const report = `${cpus().length} cores, Node ${process.version}.\n\n${await measure()}\n`;
    process.stdout.write(`\n${report}`);
    if (write) writeFileSync(FILE, withPart(readFileSync(FILE, 'utf8'), name, report));
  }
}

function withPart(page: string, name: string, report: string): string {
  const [begin, end] = [`<!-- bench: ${name} -->`, `<!-- end of bench: ${name} -->`];
  const [before, rest = ''] = page.split(begin);
  const [, after] = rest.split(end);
  if (before === undefined || after === undefined) throw new Error(`docs/performance.md: must contain ${begin} and ${end}. Add them.`);
  return `${before}${begin}\n\n${report}\n${end}${after}`;
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
