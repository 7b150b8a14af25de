import type { Connection } from '../../api/connection';
import { compare } from '../../diff/compare';
import type { Dist } from '../../dist';
import type { Options } from '../options';
import type { Session } from '../../session';
import { paintDifference, paintFor } from '../terminal/colours';
import { announce, counted, listed, print, printJson } from './output';

export async function runDiff(session: Session, dist: Dist, options: Options, connection: Connection): Promise<number> {
  const comparisons = await compare(session, dist, options);
  // To stderr: stdout is the diff.
  announce(`Comparing ${dist.environment} (${dist.folder}) with the cluster:`, connection, options, process.stderr);
  const different = comparisons.filter(({ difference, refusal }) => difference.kind !== 'none' || refusal !== undefined);
  const refused = different.flatMap(({ object, refusal }) => (refusal === undefined ? [] : [{ object, reason: refusal }]));
  const kept = comparisons.flatMap(({ object, leftOver }) => (leftOver === undefined ? [] : [{ object, reason: leftOver }]));
  const notInEffect = comparisons.flatMap(({ object, notInEffect: reason }) => (reason === undefined ? [] : [{ object, reason }]));
  const warnings = comparisons.flatMap(({ object, warnings: texts = [] }) => texts.map((reason) => ({ object, reason })));
  const notes = comparisons.flatMap(({ object, notes: texts = [] }) => texts.map((reason) => ({ object, reason })));
  if (options.json) {
    const differences = different.map(({ difference, ...rest }) => ({ ...rest, ...difference }));
    printJson({ environment: dist.environment, differences, leftOver: kept, notInEffect });
  } else {
    const paint = paintFor(process.stdout);
    for (const { difference } of different) if (difference.text !== '') print(`${paintDifference(difference.text, paint)}\n`);
    print(
      summaryOf(
        different.map(({ difference }) => difference.kind),
        comparisons.length,
      )
        .concat(listed('Kept by deploy, though no longer in dist, unless --delete-data is given:', kept))
        .concat(listed('Applied, but not in effect:', notInEffect))
        .concat(listed('The API server warns:', warnings))
        .concat(listed('Notes:', notes))
        .concat(listed('The API server would refuse:', refused))
        .join('\n'),
    );
  }
  if (refused.length > 0) return 2;
  return different.length === 0 ? 0 : 1;
}

function summaryOf(kinds: readonly string[], total: number): string[] {
  const number = (kind: string): number => kinds.filter((each) => each === kind).length;
  if (kinds.length === 0) return [`No differences in ${counted(total, 'object')}.`];
  return [
    `${number('created')} to create, ${number('changed')} to change, ${number('removed')} to delete, of ${counted(total, 'object')}.`,
  ];
}
