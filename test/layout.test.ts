import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const ROOT = join(__dirname, '..');
const FOLDERS = ['checks', 'cluster', 'constructs', 'manifests', 'operator/src', 'review', 'scripts'];

const files = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file)),
);

/** The files that a file imports, also those of types only. */
function importsOf(file: string): string[] {
  const paths = [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^(?:import|export)\b[^;]*? from '(\.[^']*)'/gm)];
  return paths.flatMap(([, path = '']) => {
    const target = relative(ROOT, join(ROOT, file, '..', path));
    return [`${target}.ts`, `${target}/index.ts`].filter((candidate) => files.includes(candidate));
  });
}

test('no files import each other in a circle', () => {
  const imports = new Map(files.map((file) => [file, importsOf(file)]));
  const done = new Set<string>();
  const circleFrom = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    const circle = (imports.get(file) ?? []).map((next) => circleFrom(next, [...path, file])).find(({ length }) => length > 0);
    done.add(file);
    return circle ?? [];
  };
  expect([...imports.values()].flat().length).toBeGreaterThan(files.length);
  expect(files.map((file) => circleFrom(file, [])).filter(({ length }) => length > 0)).toEqual([]);
});
