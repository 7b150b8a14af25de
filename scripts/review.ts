import { parseArgs } from 'node:util';
import { json } from '../review/format/json';
import { markdown } from '../review/format/markdown';
import { report } from '../review/format/report';
import { text } from '../review/format/text';
import { ReviewProblem } from '../review/problem';
import { defaultBase, gitTree } from '../review/read/git-tree';
import { workingTree } from '../review/read/working-tree';
import { review, type Review } from '../review/review';
import { CLASSES, type ReviewClass } from '../review/rule';
import { TreeReader } from '../review/tree';
import { print } from './print';

const FORMATS: Readonly<Record<string, (review: Review, base: string) => string>> = {
  markdown: (result, base) => markdown(report(result, base)),
  json,
  text: (result, base) => text(report(result, base)),
};

const HELP = `npm run review [-- --base REF] [--format ${Object.keys(FORMATS).join('|')}] [--fail-on ${CLASSES.join(',')}]

Compares dist/ and charts/*/rendered/ of a commit with the working tree, without a cluster: first what needs a decision, then every object.

  --base REF    a commit, branch or tag. Default: where this branch left the default branch (origin's, or main or master); on the default branch
                itself the last commit
  --format      text (default), markdown (for a comment: at most 65,536 characters), or json
  --fail-on     classes of findings, separated by commas: exit with 1 if there is one

Exit code: 0 compared, 1 findings of a class that --fail-on names, 2 wrong usage or nothing to compare with.
`;

interface Options {
  readonly base: string | undefined;
  readonly format: string;
  readonly failOn: readonly ReviewClass[];
}

function main(args: readonly string[]): number {
  if (args.includes('--help') || args.includes('-h')) return print(process.stdout, HELP, 0);
  try {
    const { base = defaultBase(), format, failOn } = optionsOf(args);
    const reader = new TreeReader();
    const result = review(reader.read(gitTree(base), base), reader.read(workingTree(), 'working tree'));
    process.stdout.write(FORMATS[format]?.(result, base) ?? '');
    return result.findings.some((finding) => failOn.includes(finding.class)) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof ReviewProblem)) throw error;
    return print(process.stderr, `${error.message}\n`, 2);
  }
}

function optionsOf(args: readonly string[]): Options {
  const { base, format = 'text', failOn = '' } = parsed(args);
  if (!Object.hasOwn(FORMATS, format))
    throw new ReviewProblem(`--format: must be one of ${Object.keys(FORMATS).join(', ')}; got "${format}".`);
  const classes = failOn.split(',').filter((name) => name !== '');
  const unknown = classes.filter((name) => !(CLASSES as readonly string[]).includes(name));
  if (unknown.length > 0) throw new ReviewProblem(`--fail-on: must be some of ${CLASSES.join(', ')}; got "${unknown.join(',')}".`);
  return { base, format, failOn: classes as ReviewClass[] };
}

function parsed(args: readonly string[]): { base?: string; format?: string; failOn?: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { base: { type: 'string' }, format: { type: 'string' }, 'fail-on': { type: 'string' } },
    });
    return { base: values.base, format: values.format, failOn: values['fail-on'] };
  } catch (error) {
    throw new ReviewProblem(`${(error as Error).message.split('\n')[0] ?? ''} npm run review -- --help lists the options.`);
  }
}

if (require.main === module) process.exitCode = main(process.argv.slice(2));
