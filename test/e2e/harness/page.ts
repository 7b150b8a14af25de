import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as backup from '../../../constructs/postgres/backup';
import type { Environment } from '../../../constructs/platform';
import { ROOT } from './dist';

/** Parts of an environment that examples show alone. */
type Example = Partial<Environment> & Partial<NonNullable<Environment['postgres']>>;

/** The examples of a page of docs/, in their order. */
export function examplesOf(page: string): readonly Example[] {
  return blocksOf(page, 'ts').map(evaluated);
}

/** The blocks of a language. */
export function blocksOf(page: string, language: string): readonly string[] {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, block = '']) => block);
}

/** Runs an example, which names functions of constructs/postgres/backup only. test/pages.test.ts checks its types. */
function evaluated(code: string): Example {
  const names = Object.keys(backup);
  const evaluate = new Function(...names, `return {${code}};`) as (...values: unknown[]) => Example;
  return evaluate(...names.map((name) => backup[name as keyof typeof backup]));
}
