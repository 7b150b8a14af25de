import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as backup from '../../../constructs/postgres/backup';
import type { Environment } from '../../../constructs/platform';
import { ROOT } from './dist';

/** The examples of a page of docs/, in their order: parts of an environment. */
export function examplesOf(page: string): readonly Partial<Environment>[] {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8');
  return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = '']) => evaluated(code));
}

/** Runs an example, which names functions of constructs/postgres/backup only. test/pages.test.ts checks its types. */
function evaluated(code: string): Partial<Environment> {
  const names = Object.keys(backup);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const evaluate = new Function(...names, `return {${code}};`) as (...values: unknown[]) => Partial<Environment>;
  return evaluate(...names.map((name) => backup[name as keyof typeof backup]));
}
