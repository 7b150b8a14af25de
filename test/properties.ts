import fc from 'fast-check';
import type { Finding } from '../manifests/finding';

/** Whether this is the project `deep` of jest.config.js. */
export const isDeep = 'deep' in globalThis;

/** The number of examples of a property: all in the project `deep`, one in twenty in `npm test`. */
export function runs(inDeep: number): number {
  return isDeep ? inDeep : Math.ceil(inDeep / 20);
}

/**
 * Asserts a property, with the same examples every time: a test that fails on one day and passes on the next says nothing about the change
 * under review. `FAST_CHECK_SEED=$RANDOM npm test` looks at other examples.
 */
export function holds<T>(property: fc.IProperty<T>): void {
  fc.assert(property, { seed: Number(process.env['FAST_CHECK_SEED'] ?? 1), numRuns: runs(1000) });
}

/**
 * Any text. `fc.string({ unit: 'binary' })` has the same values, but first makes a table of every character of Unicode, which takes longer than
 * most tests.
 */
export function anyText({ minLength = 0, maxLength = 40 } = {}): fc.Arbitrary<string> {
  // Without the 2048 surrogates.
  const character = fc.nat({ max: 0x10ffff - 0x800 }).map((code) => String.fromCodePoint(code < 0xd800 ? code : code + 0x800));
  return fc.array(character, { minLength, maxLength }).map((characters) => characters.join(''));
}

/**
 * Printable text. In `npm test` a few characters beyond ASCII stand for all of them: `fc.string({ unit: 'grapheme' })` first makes a table, too.
 */
export function printableText({ minLength = 0, maxLength = 40 } = {}): fc.Arbitrary<string> {
  if (isDeep) return fc.string({ unit: 'grapheme', minLength, maxLength });
  const character = fc.oneof(
    fc.string({ minLength: 1, maxLength: 1 }),
    fc.constantFrom('é', 'e\u0301', 'ß', '\u00a0', '漢', '😀', '👩\u200d🚀'),
  );
  return fc.array(character, { minLength, maxLength }).map((characters) => characters.join(''));
}

/** What a finding proposes to write instead. */
export function suggestionsOf(finding: Finding | undefined): string[] {
  const [, text = ''] = /Did you mean (.*)\?$/.exec(finding?.remedy ?? '') ?? [];
  return [...text.matchAll(/"([^"]*)"/g)].map(([, suggestion = '']) => suggestion);
}
