export interface TableOptions {
  /** The terminal's width in characters, to which the last column is cut. Default: nothing is cut. */
  readonly columns?: number;
  /** Colours a cell after it was padded to its column's width. The header is row 0. */
  readonly paint?: (text: string, row: number, column: number) => string;
}

const GAP = '  ';

/** The smallest width to which a column is cut, even in a narrower terminal. */
const MINIMUM = 10;

/** Formats rows as a table with columns as wide as their content. The first row is the header. */
export function formatTable(rows: readonly (readonly string[])[], { columns, paint = (text) => text }: TableOptions = {}): string {
  const cells = rows.map((row) => row.map(onOneLine));
  const widths: number[] = [];
  for (const row of cells) row.forEach((text, column) => (widths[column] = Math.max(widths[column] ?? 0, text.length)));
  const last = widths.length - 1;
  const left = widths.slice(0, last).reduce((sum, width) => sum + width + GAP.length, 0);

  return cells
    .map((row, index) =>
      row
        .map((text, column) => {
          if (column === last) return paint(columns === undefined ? text : cut(text, Math.max(columns - left, MINIMUM)), index, column);
          return paint(text.padEnd(widths[column] ?? 0), index, column);
        })
        .join(GAP)
        .trimEnd(),
    )
    .join('\n');
}

/** Cuts a text to a number of characters. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(width - 1, 0))}…`;
}

/** Joins the lines of a text from the cluster, and escapes its control characters. */
export function onOneLine(text: string): string {
  return printable(text.trim().replace(/\s+/g, ' '));
}

/** Escapes control characters of a text from the cluster, which could move the terminal's cursor. Keeps line breaks and tabs. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
