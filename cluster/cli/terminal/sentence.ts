import type { Colour, Paint } from './colours';
import { printable } from './printable';
import type { ReportedEvent } from './reporter';
import { onOneLine } from './table';

/** So that what happened stands below each other, and to whom: "created    Namespace cvat". */
const WIDTH = 10;

const COLOURS: Readonly<Record<string, Colour>> = {
  created: 'green',
  changed: 'green',
  ready: 'green',
  unchanged: 'gray',
  waiting: 'gray',
  warning: 'yellow',
  failed: 'red',
};

/** An event as a line; a note may have several. */
export function sentenceOf({ type, stage, object, result, state, reason, message }: ReportedEvent, paint: Paint): string {
  const words = [object, [reason, message].filter((part) => part !== undefined).join(': ')].filter((part) => part).join(': ');
  if (type === 'stage') return paint('bold', onOneLine([stage, words].filter((part) => part).join(': ')));
  const what = type === 'applied' ? result : type === 'state' ? state : type === 'warning' ? type : undefined;
  if (what === undefined) return printable(words);
  const colour = COLOURS[what];
  const column = what.padEnd(WIDTH);
  return `${colour === undefined ? column : paint(colour, column)} ${onOneLine(words)}`;
}
