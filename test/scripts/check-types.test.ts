import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { checkTypes, findCompiler } from '../../scripts/check-types';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'check-types-'));
  writeFileSync(
    join(folder, 'tsconfig.json'),
    '{ "compilerOptions": { "strict": true, "noEmit": true, "types": [] }, "files": ["main.ts"] }',
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

function check(...lines: string[]): ReturnType<typeof checkTypes> {
  writeFileSync(join(folder, 'main.ts'), `${lines.join('\n')}\n`);
  return checkTypes(findCompiler() ?? '', join(folder, 'tsconfig.json'));
}

test('finds no problems in a program without type errors', async () => {
  expect(await check('export const one: number = 1;')).toEqual([]);
});

test('reports every type error with its place and its whole explanation', async () => {
  const file = relative(process.cwd(), join(folder, 'main.ts'));
  const problems = await check(
    "export const size: number = '5Gi';",
    'export const storage: { size: { amount: number } } = {',
    "  size: { amount: '5' },",
    '};',
    'export const named: { a: { b: string } } = { a: { c: 1 } } as { a: { c: number } };',
  );
  expect(problems).toEqual([
    { environment: `${file}:1:14`, path: '', field: '', message: "Type 'string' is not assignable to type 'number'.", remedy: '(TS2322)' },
    { environment: `${file}:3:11`, path: '', field: '', message: "Type 'string' is not assignable to type 'number'.", remedy: '(TS2322)' },
    {
      environment: `${file}:5:14`,
      path: '',
      field: '',
      message: expect.stringMatching(
        /^Type '{ a: { c: number; }; }' is not assignable .* Property 'b' is missing in type '{ c: number; }'/,
      ),
      remedy: '(TS2322)',
    },
  ]);
});

test('fails when the type check cannot run', async () => {
  await expect(checkTypes(findCompiler() ?? '', join(folder, 'nothing.json'))).rejects.toThrow('The type check failed to run:');
});
