import fc from 'fast-check';
import type { Finding } from '../manifests/finding';

/**
 * Asserts a property, with the same examples every time: a test that fails on one day and passes on the next says nothing about the change
 * under review. `FAST_CHECK_SEED=$RANDOM npm test` looks at other examples.
 */
export function holds<T>(property: fc.IProperty<T>): void {
  fc.assert(property, { seed: Number(process.env['FAST_CHECK_SEED'] ?? 1), numRuns: 500 });
}

/** What a finding proposes to write instead. */
export function suggestionsOf(finding: Finding | undefined): string[] {
  const [, text = ''] = /Did you mean (.*)\?$/.exec(finding?.remedy ?? '') ?? [];
  return [...text.matchAll(/"([^"]*)"/g)].map(([, suggestion = '']) => suggestion);
}
