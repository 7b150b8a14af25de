import { printable } from './printable';

export interface TableOptions {
  /** The terminal's width in characters: the last column is cut there. Left out, nothing is cut: a file or another program reads it. */
  readonly columns?: number;
  /** Colours a cell that is already as wide as its column. The header is row 0. */
  readonly paint?: (text: string, row: number, column: number) => string;
}

const GAP = '  ';

/** Of a column that is cut, so much stays, however narrow the terminal is. */
const LEAST = 10;

/** Rows below each other, columns as wide as their content; the first row is the header. */
export function tableOf(rows: readonly (readonly string[])[], { columns, paint = (text) => text }: TableOptions = {}): string {
  const cells = rows.map((row) => row.map(onOneLine));
  const widths: number[] = [];
  for (const row of cells) row.forEach((text, column) => (widths[column] = Math.max(widths[column] ?? 0, text.length)));
  const last = widths.length - 1;
  const left = widths.slice(0, last).reduce((sum, width) => sum + width + GAP.length, 0);

  return cells
    .map((row, index) =>
      row
        .map((text, column) => {
          if (column === last) return paint(columns === undefined ? text : cut(text, Math.max(columns - left, LEAST)), index, column);
          return paint(text.padEnd(widths[column] ?? 0), index, column);
        })
        .join(GAP)
        .trimEnd(),
    )
    .join('\n');
}

/** A text in at most so many characters. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(width - 1, 0))}…`;
}

/** What a cluster says may have several lines, and characters that move the cursor. */
export function onOneLine(text: string): string {
  return printable(text.trim().replace(/\s+/g, ' '));
}
