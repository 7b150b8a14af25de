import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLASSES } from '../../review/rule';
import { rules } from '../../review/rules';

const root = join(__dirname, '../..');
const names = rules.map(({ name }) => name);

test('docs/reviewing.md has one line for each rule, in their order, below the name of its class', () => {
  const page = readFileSync(join(root, 'docs/reviewing.md'), 'utf8');
  let current = '';
  const documented = page.split('\n').flatMap((line) => {
    current = /^\*\*.*\*\* \(`([a-z]+)`\)/.exec(line)?.[1] ?? current;
    const [, name] = /^- `([a-z-]+)`: \S/.exec(line) ?? [];
    return name === undefined ? [] : [`${current} ${name}`];
  });
  expect(documented).toEqual(rules.map((rule) => `${rule.class} ${rule.name}`));
});

test('rules are in the order of their classes', () => {
  const order = rules.map((rule) => CLASSES.indexOf(rule.class));
  expect(order).toEqual([...order].sort());
});

test('every file of review/rules/ exports one rule of its name, and is registered', () => {
  const files = readdirSync(join(root, 'review/rules')).map((file) => file.replace(/\.ts$/, ''));
  expect(files.sort()).toEqual([...names].sort());
  const camelCase = (name: string): string => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  for (const name of names) {
    const exported = readFileSync(join(root, 'review/rules', `${name}.ts`), 'utf8').match(/^export .*$/gm);
    expect(exported).toEqual([`export const ${camelCase(name)}: ReviewRule = {`]);
  }
});

test('every rule has a test with findings and without', () => {
  for (const name of names) {
    const file = join(__dirname, 'rules', `${name}.test.ts`);
    const text = existsSync(file) ? readFileSync(file, 'utf8') : `there is no ${name}.test.ts`;
    expect(text).toMatch(/toEqual\(\[\]\)/);
    expect(text).toMatch(/toEqual\(\[\n|toEqual\(\[(?:'|"|expect|way)|toHaveLength\(1\)/);
  }
});
