import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { graphOf } from '../review/graph/graph';
import { foldedMermaid, unfoldedMermaid } from '../review/graph/mermaid';
import { ReviewProblem } from '../review/problem';
import { workingTree } from '../review/read/working-tree';
import { TreeReader } from '../review/tree';
import { print } from './print';

const HELP = `npm run graph [-- ENVIRONMENT] [--unfolded]

Prints an environment of dist/ as a Mermaid flowchart: stages, what each needs of which other one, and what operators make (marked with *).
Arrows lead from what is needed to what needs it.

  ENVIRONMENT   local, production, ... Default: the environment in dist/ itself
  --unfolded    every object instead of one box for each stage
  --write       writes the graph of the default environment into README.md, between the markers

Exit code: 0 printed, 2 wrong usage or dist/ cannot be read.
`;

function main(args: readonly string[]): number {
  if (args.includes('--help') || args.includes('-h')) return print(process.stdout, HELP, 0);
  try {
    const { values, positionals } = parsed(args);
    const { environments, defaultEnvironment } = new TreeReader().read(workingTree(), 'working tree');
    const [name = defaultEnvironment, ...others] = positionals;
    const environment = environments.get(name);
    if (!environment || others.length > 0) {
      throw new ReviewProblem(`environment: must be one of ${[...environments.keys()].join(', ')}; got "${positionals.join(' ')}".`);
    }
    const graph = graphOf(environment);
    if (values.write === true) return writeReadme(foldedMermaid(graph));
    return print(process.stdout, values.unfolded === true ? unfoldedMermaid(graph) : foldedMermaid(graph), 0);
  } catch (error) {
    if (!(error instanceof ReviewProblem)) throw error;
    return print(process.stderr, `${error.message}\n`, 2);
  }
}

function parsed(args: readonly string[]): { values: { unfolded?: boolean; write?: boolean }; positionals: string[] } {
  try {
    return parseArgs({ args: [...args], options: { unfolded: { type: 'boolean' }, write: { type: 'boolean' } }, allowPositionals: true });
  } catch (error) {
    throw new ReviewProblem(`${(error as Error).message.split('\n')[0] ?? ''} npm run graph -- --help lists the options.`);
  }
}

const README = 'README.md';
const [BEGIN, END] = ['<!-- graph: npm run graph -->', '<!-- end of graph -->'] as const;

function writeReadme(graph: string): number {
  const page = readFileSync(README, 'utf8');
  const [before, rest] = page.split(BEGIN);
  const [, after] = rest?.split(END) ?? [];
  if (before === undefined || after === undefined) throw new ReviewProblem(`${README}: must contain ${BEGIN} and ${END}. Add them.`);
  writeFileSync(README, `${before}${BEGIN}\n\n\`\`\`mermaid\n${graph}\`\`\`\n\n${END}${after}`);
  return print(process.stdout, `${README} has the graph.\n`, 0);
}

if (require.main === module) process.exitCode = main(process.argv.slice(2));
