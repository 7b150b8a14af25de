import type { Colour, Paint } from './colours';
import type { ReportedEvent } from './reporter';
import { onOneLine, printable } from './table';

/** The width of the first column: "created    Namespace cvat". */
const WIDTH = 10;

const COLOURS: Readonly<Record<string, Colour>> = {
  created: 'green',
  configured: 'green',
  ready: 'green',
  unchanged: 'gray',
  waiting: 'gray',
  warning: 'yellow',
  failed: 'red',
};

/** An event as one line; a note can have several. */
export function formatEvent({ type, stage, object, result, state, reason, message }: ReportedEvent, paint: Paint): string {
  const words = [object, [reason, message].filter((part) => part !== undefined).join(': ')].filter((part) => part).join(': ');
  if (type === 'stage') return paint('bold', onOneLine([stage, words].filter((part) => part).join(': ')));
  const what = type === 'applied' ? result : type === 'state' ? state : type === 'warning' ? type : undefined;
  if (what === undefined) return printable(words);
  const colour = COLOURS[what];
  const column = what.padEnd(WIDTH);
  return `${colour === undefined ? column : paint(colour, column)} ${onOneLine(words)}`;
}
