import { count, type Line, type Part } from './line';

/** What GitHub accepts as a comment. */
export const LONGEST_COMMENT = 65_536;

/** Left for the last line, which says what was cut. */
const RESERVED = 400;

const PREFIXES: Readonly<Record<Line['kind'], string>> = {
  title: '# ',
  heading: '## ',
  subheading: '### ',
  item: '- ',
  detail: '  - ',
  text: '',
};

/** Lines as Markdown, with at most as many characters as a comment may have. The last line then says what was left out. */
export function markdown(lines: readonly Line[], longest = LONGEST_COMMENT): string {
  const texts = lines.map(
    (line, index) => `${gap(lines[index - 1], line)}${PREFIXES[line.kind]}${line.parts.map(markdownPart).join('')}\n`,
  );
  const length = texts.reduce((total, text) => total + text.length, 0);
  if (length <= longest) return texts.join('');
  let used = 0;
  const fitting = texts.findIndex((text) => (used += text.length) > longest - RESERVED);
  return `${texts.slice(0, fitting).join('')}\n${cut(lines.slice(fitting))}\n`;
}

/** What the lines that do not fit stand for. */
function cut(lines: readonly Line[]): string {
  const number = (what: Line['stands']): number => lines.filter(({ stands }) => stands === what).length;
  const left = [count(number('finding'), 'finding'), count(number('object'), 'object')].join(' and ');
  return `**Cut:** ${left} more do not fit. \`npm run review -- --format text\` shows all.`;
}

/** Markdown separates paragraphs, headings and lists by empty lines. */
function gap(before: Line | undefined, line: Line): string {
  if (!before) return '';
  const isList = (one: Line): boolean => one.kind === 'item' || one.kind === 'detail';
  return isList(before) && isList(line) ? '' : '\n';
}

function markdownPart(part: Part): string {
  return typeof part === 'string' ? escaped(part) : codeSpan(part.code);
}

/** Fenced by more backticks than the text has in a row. A span is one line. */
function codeSpan(text: string): string {
  const line = text.replace(/\p{Cc}+/gu, ' ');
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = /^`|`$|^ .* $/.test(line) || line.trim() === '' ? ' ' : '';
  return `${fence}${space}${line}${space}${fence}`;
}

/** Text without a meaning in Markdown. Addresses stay as they are, so that they are links. */
function escaped(text: string): string {
  return text
    .split(/(https?:\/\/\S+)/)
    .map((piece, index) => (index % 2 === 1 ? piece : piece.replace(/[\\*_<[\]|`~@#]/g, '\\$&').replace(/\s+/g, ' ')))
    .join('');
}
