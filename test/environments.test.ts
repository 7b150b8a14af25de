import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultEnvironment, environments } from '../environments';
import { synthesize } from '../main';
import { write } from '../synthesis';

/** Besides test/schema/dist.test.ts, the only tests that read environments/ and dist/, which users edit. */

const DIST = join(__dirname, '../dist');

function filesOf(dist: string): string[] {
  const all = existsSync(dist) ? readdirSync(dist, { recursive: true, encoding: 'utf8' }) : [];
  return all.filter((file) => statSync(join(dist, file)).isFile());
}

/** Throws, with the command to run, if the folder does not hold exactly these files. */
function assertUpToDate(dist: string, files: ReadonlyMap<string, string>): void {
  const all = [...new Set([...files.keys(), ...filesOf(dist)])].sort();
  const different = all.flatMap((file) => {
    if (!files.has(file)) return [`dist/${file}: no environment writes this file`];
    if (!existsSync(join(dist, file))) return [`dist/${file}: missing`];
    return files.get(file) === readFileSync(join(dist, file), 'utf8') ? [] : [`dist/${file}: different`];
  });
  if (different.length === 0) return;
  throw new Error(`dist/ is not up to date. Run \`npm run synth\` and review \`git diff dist\`:\n${different.join('\n')}`);
}

test('dist/ is up to date', () => {
  assertUpToDate(DIST, synthesize().files);
});

test('the environments have no problems, and the default one is among them', () => {
  expect(synthesize().problems).toEqual([]);
  expect(Object.keys(environments)).toContain(defaultEnvironment);
});

test('tells which command updates a stale dist/, and which files differ', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stale-dist-'));
  const files = new Map(['10-a.k8s.yaml', '20-b.k8s.yaml', '30-c.k8s.yaml', 'production/10-a.k8s.yaml'].map((file) => [file, `${file}\n`]));
  write({ files }, folder);
  assertUpToDate(folder, files);
  writeFileSync(join(folder, '20-b.k8s.yaml'), '20-b.k8s.yaml\r\n');
  rmSync(join(folder, '30-c.k8s.yaml'));
  mkdirSync(join(folder, 'forgotten'));
  writeFileSync(join(folder, 'forgotten/10-a.k8s.yaml'), '');
  expect(() => assertUpToDate(folder, files)).toThrow(
    [
      'dist/ is not up to date. Run `npm run synth` and review `git diff dist`:',
      'dist/20-b.k8s.yaml: different',
      'dist/30-c.k8s.yaml: missing',
      'dist/forgotten/10-a.k8s.yaml: no environment writes this file',
    ].join('\n'),
  );
  rmSync(folder, { recursive: true });
});
