import type { Line } from './line';

const PREFIXES: Readonly<Record<Line['kind'], string>> = {
  title: '',
  heading: '\n',
  subheading: '\n  ',
  item: '    ',
  detail: '        ',
  text: '',
};

/** Lines for a terminal. Control characters, which could change what it shows, are left out. */
export function text(lines: readonly Line[]): string {
  return lines
    .map(({ kind, parts }) => `${PREFIXES[kind]}${parts.map((part) => printable(typeof part === 'string' ? part : part.code)).join('')}\n`)
    .join('');
}

function printable(part: string): string {
  return part.replace(/\p{Cc}+/gu, ' ');
}
