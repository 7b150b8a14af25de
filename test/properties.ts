import fc from 'fast-check';
import type { Finding } from '../manifests/finding';

/** Whether this is the project `deep` of jest.config.js. */
export const isDeep = 'deep' in globalThis;

/** How many examples a property gets: all of them in the project `deep`, a tenth of them in `npm test`. */
export function runs(inDeep: number): number {
  return isDeep ? inDeep : Math.ceil(inDeep / 10);
}

/**
 * Asserts a property, with the same examples every time: a test that fails on one day and passes on the next says nothing about the change
 * under review. `FAST_CHECK_SEED=$RANDOM npm test` looks at other examples.
 */
export function holds<T>(property: fc.IProperty<T>): void {
  fc.assert(property, { seed: Number(process.env['FAST_CHECK_SEED'] ?? 1), numRuns: runs(1000) });
}

/** What a finding proposes to write instead. */
export function suggestionsOf(finding: Finding | undefined): string[] {
  const [, text = ''] = /Did you mean (.*)\?$/.exec(finding?.remedy ?? '') ?? [];
  return [...text.matchAll(/"([^"]*)"/g)].map(([, suggestion = '']) => suggestion);
}
