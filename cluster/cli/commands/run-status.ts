import type { Connection } from '../../api/connection';
import type { Dist } from '../../dist';
import type { Options } from '../options';
import type { Session } from '../../session';
import { type ObjectStatus, status } from '../../readiness/status';
import { type Colour, paintFor } from '../terminal/colours';
import { formatTable } from '../terminal/table';
import { announce, counted, print, printJson } from './output';

const COLOURS: Readonly<Record<ObjectStatus['state'], Colour>> = {
  ready: 'green',
  waiting: 'yellow',
  'left over': 'yellow',
  failed: 'red',
  missing: 'red',
};

export async function runStatus(session: Session, dist: Dist, options: Options, connection: Connection): Promise<number> {
  const objects = await status(session, dist, options.stages);
  announce(`Status of ${dist.environment} (${dist.folder}):`, connection, options);
  const unready = objects.filter(({ state }) => state !== 'ready' && state !== 'left over');
  if (options.json) printJson({ environment: dist.environment, ready: unready.length === 0, objects });
  else print(`\n${report(dist.environment, objects, unready.length)}`);
  return unready.length === 0 ? 0 : 1;
}

function report(environment: string, objects: readonly ObjectStatus[], unready: number): string {
  const paint = paintFor(process.stdout);
  const rows = objects.map(({ stage, object, state, reason }, index) => [
    stage === objects[index - 1]?.stage ? '' : stage,
    object,
    state,
    reason,
  ]);
  const table = formatTable([['STAGE', 'OBJECT', 'STATE', 'REASON'], ...rows], {
    ...(process.stdout.isTTY && { columns: process.stdout.columns }),
    paint: (text, row, column) => {
      const object = objects[row - 1];
      return object && column === 2 ? paint(COLOURS[object.state], text) : text;
    },
  });
  const left = objects.filter(({ state }) => state === 'left over').length;
  const inDist = objects.length - left;
  const summary =
    unready === 0
      ? `${environment} is ready (${counted(inDist, 'object')}`
      : `${environment} is not ready (${unready} of ${counted(inDist, 'object')} not ready`;
  return `${table}\n\n${summary}${left === 0 ? '' : `, ${left} left over`}).`;
}
