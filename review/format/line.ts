/** A part of a line: text, or what is written as in a manifest. */
export type Part = string | { readonly code: string };

/** A line of a report, in no format yet. */
export interface Line {
  readonly kind: 'title' | 'heading' | 'subheading' | 'item' | 'detail' | 'text';
  readonly parts: readonly Part[];
  /** What is not shown without this line: a finding or an object. */
  readonly stands?: 'finding' | 'object';
}

export function line(kind: Line['kind'], ...parts: readonly Part[]): Line {
  return { kind, parts };
}

/** As in a manifest. */
export function code(text: string): Part {
  return { code: text };
}

/** `1 object`, `2 objects`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
