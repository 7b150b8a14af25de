import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rules } from '../../checks/check';

const root = join(__dirname, '../..');
const names = rules.map(({ name }) => name);

/** The lines of the list in docs/checks.md that start with the name of a rule. */
const documented = readFileSync(join(root, 'docs/checks.md'), 'utf8')
  .split('\n')
  .flatMap((line) => /^- `([a-z-]+)`: \S/.exec(line)?.[1] ?? []);

test('docs/checks.md has one line for each rule, in their order', () => {
  expect(documented).toEqual(names);
});

test('every file of checks/rules/ exports one rule of its name', () => {
  const exportsOf = (name: string): string[] => readFileSync(join(root, 'checks/rules', `${name}.ts`), 'utf8').match(/^export .*$/gm) ?? [];
  const camelCase = (name: string): string => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  for (const name of names) expect(exportsOf(name)).toEqual([`export const ${camelCase(name)}: Rule = {`]);
});

test('every file of checks/rules/ is registered', () => {
  const files = readdirSync(join(root, 'checks/rules'));
  expect(files.map((file) => file.replace(/\.ts$/, '')).sort()).toEqual([...names].sort());
});

test('every rule has a test with findings and without', () => {
  for (const name of names) {
    const file = join(__dirname, 'rules', `${name}.test.ts`);
    expect(existsSync(file) ? readFileSync(file, 'utf8') : `there is no ${name}.test.ts`).toMatch(/toEqual\(\[\]\)|: \[\]\)/);
  }
});
