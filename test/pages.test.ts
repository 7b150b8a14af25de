import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as exposure from '../constructs/cvat/exposure';
import * as chartSource from '../constructs/helm/chart-source';
import * as gitOpsFlux from '../constructs/git-ops/flux';
import * as gitOps from '../constructs/git-ops/git-ops';
import * as flux from '../constructs/helm/delivery/flux';
import * as k3s from '../constructs/helm/delivery/k3s';
import * as rendered from '../constructs/helm/delivery/rendered';
import * as backup from '../constructs/postgres/backup';
import * as databaseUser from '../constructs/postgres/database-user';
import { checkTypes, findCompiler } from '../scripts/check-types';
import { Project, run } from './scripts/project';

/**
 * The TypeScript of README.md and docs/ is compiled, and synthesized without problems, from the text of the pages.
 * test/scripts/library.test.ts does so with docs/as-a-library.md, which is a program of its own.
 */
const ROOT = join(__dirname, '..');
const pages = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((file) => `docs/${file}`)].filter(
  (file) => file.endsWith('.md') && file !== 'docs/as-a-library.md',
);

/** What fragments of an environment call, by the module that exports it. */
const MODULES = {
  'constructs/cvat/exposure': exposure,
  'constructs/helm/chart-source': chartSource,
  'constructs/git-ops/flux': gitOpsFlux,
  'constructs/git-ops/git-ops': gitOps,
  'constructs/helm/delivery/flux': flux,
  'constructs/helm/delivery/k3s': k3s,
  'constructs/helm/delivery/rendered': rendered,
  'constructs/postgres/backup': backup,
  'constructs/postgres/database-user': databaseUser,
};
/** Keys that an example may start with and that are not an environment's own, and the part of the environment that has them. */
const PARTS: Readonly<Record<string, string>> = {
  spec: 'postgres',
  restore: 'postgres',
  restoreInPlace: 'postgres',
  backups: 'postgres',
};
/** The environment that an example belongs to, where it is not local. In `empty` no chart has to be vendored. */
const BASES: Readonly<Record<string, string>> = { 'docs/checks.md': 'tutorial', 'docs/charts.md': 'empty' };
const empty = (name: string): string => `import { k3s } from '../constructs/helm/delivery/k3s';
import type { Environment } from '../constructs/platform';

export const ${name}: Environment = {
  delivery: k3s(),
};
`;

/** Where an example puts a line whose comment says this. In local, the README's release would have the same name. */
const PLACES: readonly (readonly [comment: RegExp, file: string, after: RegExp])[] = [
  [/constructs\/platform\.ts, in Environment$/, 'constructs/platform.ts', /^export interface Environment {\n/m],
  [/and in Platform$/, 'constructs/platform.ts', /^ {4}Delivery\.provide\(.*\n/m],
  [/environments\/local\.ts$/, 'environments/own.ts', /^ {2}delivery: k3s\(\),\n/m],
];

const examples = pages.flatMap((page) =>
  [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^```(?:ts|typescript)\n([^]*?)^```$/gm)].map(([, code = ''], index) => ({
    page,
    code,
    name: `${page.replace(/\W+/g, '-').toLowerCase()}-${index + 1}`,
  })),
);
type Example = (typeof examples)[number];

const isFile = ({ code }: Example): boolean => /^\/\/ \S+\.ts\n/.test(code);
const areLines = ({ code }: Example): boolean => code.startsWith('readonly ');
/** An environment file without its imports and the fields that are not shown: `// …`. */
const isEnvironment = ({ code }: Example): boolean => /^export const local: Environment = \{\n {2}\/\/ …\n/m.test(code);
const fragments = examples.filter((example) => !isFile(example) && !areLines(example));

/** Imports of what a piece of an environment calls. */
function importsFor(code: string): string {
  const imports = Object.entries(MODULES).map(([path, module]) => {
    const names = Object.keys(module).filter((name) => new RegExp(`\\b${name}\\(`).test(code));
    return names.length === 0 ? '' : `import { ${names.join(', ')} } from '../${path}';\n`;
  });
  return imports.join('');
}

/** A module that exports the environment with the fragment in it. */
function moduleOf(example: Example): string {
  const { page, code } = example;
  const base = BASES[page] ?? 'local';
  if (isEnvironment(example)) {
    return `import type { Environment } from '../constructs/platform';
import type { PostgresClusterProps } from '../constructs/postgres/postgres-cluster';
import { ${base} as others } from '../environments/${base}';
${importsFor(code)}
${code.replace('  // …\n', '  ...others,\n')}
export const environment = local;
`;
  }
  const [key = ''] = /^\w+/.exec(code) ?? [];
  const part = PARTS[key];
  const fragment = part === undefined ? code : `${part}: {\n${code}},\n`;
  return `import type { Environment } from '../constructs/platform';
import { ${base} } from '../environments/${base}';
${importsFor(code)}
type Postgres = NonNullable<Environment['postgres']>;
const fragment: Partial<Omit<Environment, 'postgres'>> & { readonly postgres?: Partial<Postgres> } = {
${fragment}};
const merged = (${base}.postgres ?? fragment.postgres) && ({ ...${base}.postgres, ...fragment.postgres } as Postgres);
export const environment: Environment = { ...${base}, ...fragment, postgres: merged };
`;
}

/** Follows the example that adds a construct: its file, and the lines for other files. */
function addConstruct(project: Project): void {
  for (const { code } of examples.filter(isFile)) {
    const [, file = ''] = /^\/\/ (\S+)\n/.exec(code) ?? [];
    project.write(file, code);
    const [, exported = ''] = /export class (\w+)/.exec(code) ?? [];
    const types = [...code.matchAll(/export interface (\w+)/g)].map(([, name = '']) => `type ${name}`);
    const path = file.replace(/^constructs\/(.*)\.ts$/, './$1');
    const platform = project.read('constructs/platform.ts');
    project.write('constructs/platform.ts', `import { ${[exported, ...types].join(', ')} } from '${path}';\n${platform}`);
  }
  for (const line of examples.filter(areLines).flatMap(({ code }) => code.trimEnd().split('\n'))) {
    const [, text = '', comment = ''] = /^(.*?)\s*\/\/ (.*)$/.exec(line) ?? [];
    const [, file, after] = PLACES.find(([pattern]) => pattern.test(comment)) ?? [];
    if (!file || !after) throw new Error(`There is no place for this line: ${line}`);
    const [found] = after.exec(project.read(file)) ?? [];
    if (found === undefined) throw new Error(`${file} must contain ${String(after)}`);
    project.edit(file, found, `${found}${text}\n`);
  }
}

describe('the TypeScript of README.md and docs/', () => {
  const project = new Project();
  afterAll(() => project.remove());

  beforeAll(() => {
    for (const name of ['empty', 'own']) project.write(`environments/${name}.ts`, empty(name));
    addConstruct(project);
    for (const fragment of fragments) project.write(`pages/${fragment.name}.ts`, moduleOf(fragment));
    const lines = fragments.map(({ name }) => `  '${name}': require('./${name}').environment,\n`);
    const main = `const { synthesize } = require('../synthesis');
const environments: Record<string, unknown> = {
  own: require('../environments/own').own,
${lines.join('')}};
for (const [name, environment] of Object.entries(environments)) {
  const { files, problems } = synthesize({ [name]: environment }, name);
  console.log(JSON.stringify({ name, files: [...files.keys()], problems }));
}
`;
    project.write('pages/main.ts', main);
    const files = [...fragments.map(({ name }) => `${name}.ts`), '../environments/own.ts'];
    project.write('pages/tsconfig.json', JSON.stringify({ extends: '../tsconfig.json', files, include: [] }));
  });

  test('has examples of all: fragments of an environment, an environment, and a construct of its own', () => {
    expect(fragments.length).toBeGreaterThan(3);
    expect(examples.filter(isFile)).toHaveLength(1);
    expect(examples.filter(areLines)).toHaveLength(1);
    expect(fragments.filter(isEnvironment).map(({ page }) => page)).toEqual(['docs/your-own-software.md']);
  });

  test('compiles', async () => {
    expect(await checkTypes(findCompiler() ?? '', join(project.folder, 'pages/tsconfig.json'))).toEqual([]);
  });

  test('is synthesized without problems', async () => {
    const { code, stdout, stderr } = await run([process.execPath, '--require', './scripts/typescript.js', 'pages/main.ts'], {
      cwd: project.folder,
    });
    expect([code, stderr]).toEqual([0, '']);
    const results = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { name: string; files: string[]; problems: unknown[] });
    expect(results).toHaveLength(fragments.length + 1);
    for (const { name, problems } of results) expect([name, problems]).toEqual([name, []]);
    const ofEnvironment = fragments.filter(isEnvironment).map(({ name }) => results.find((result) => result.name === name)?.files);
    expect(ofEnvironment).toEqual([expect.arrayContaining(['70-wiki.k8s.yaml'])]);
    expect(results.find(({ name }) => name.startsWith('readme'))?.files).toContain('70-minio.k8s.yaml');
    expect(results.find(({ name }) => name === 'own')?.files).toContain('25-minio.k8s.yaml');
  });
});
