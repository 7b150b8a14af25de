import { styleText } from 'node:util';
import type { Stream } from './reporter';

export type Colour = 'green' | 'red' | 'yellow' | 'cyan' | 'gray' | 'bold';

/** Colours a text, or returns it unchanged. */
export type Paint = (colour: Colour, text: string) => string;

export const plain: Paint = (_, text) => text;

/** Colours for a terminal, unless NO_COLOR is set. https://no-color.org */
export function paintFor(stream: Stream, environment: NodeJS.ProcessEnv = process.env): Paint {
  if (!stream.isTTY || environment['NO_COLOR'] || environment['TERM'] === 'dumb') return plain;
  return (colour, text) => styleText(colour, text, { validateStream: false });
}

/** Colours a unified diff. */
export function paintDifference(text: string, paint: Paint): string {
  return text
    .split('\n')
    .map((line, index) => (index < 2 ? paint('bold', line) : paintLine(line, paint)))
    .join('\n');
}

const COLOURS: Readonly<Record<string, Colour>> = { '+': 'green', '-': 'red', '@': 'cyan', '…': 'gray' };

function paintLine(line: string, paint: Paint): string {
  const colour = COLOURS[line.charAt(0)];
  return colour === undefined ? line : paint(colour, line);
}
