import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A copy of the repository. */
export class Copy {
  constructor(readonly folder: string) {}

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }

  remove(file: string): void {
    rmSync(join(this.folder, file));
  }

  list(folder: string): string[] {
    return readdirSync(join(this.folder, folder));
  }

  has(file: string): boolean {
    return existsSync(join(this.folder, file));
  }

  /** Replaces a text that must be in the file. */
  replace(file: string, before: string | RegExp, after: string): void {
    const text = this.read(file);
    const edited = text.replace(before, () => after);
    if (edited === text) throw new Error(`${file}: must contain ${String(before)}. Adapt scripts/try-edits/edits.ts to it.`);
    this.write(file, edited);
  }
}

/** Something that users do to the repository. */
export interface Edit {
  readonly name: string;
  readonly apply: (copy: Copy) => void;
  /** What synth must report. Without it, synth must write dist/, and the tests must pass. */
  readonly problem?: RegExp;
}

const LOCAL = 'environments/local.ts';
const INDEX = 'environments/index.ts';
const JANE = `{ name: 'jane', lastName: 'Roe', firstName: 'Jane', emailAddress: 'jane.roe@example.com' }`;

/** A property of an environment that is an object or a list, with all its lines. */
const property = (name: string): RegExp => new RegExp(`^  ${name}: [{[](?:.*[}\\]],|[^]*?\\n  [}\\]],)\\n`, 'm');

const importOf = (name: string): RegExp => new RegExp(`^import { ${name} } from .*;\\n`, 'm');

function addToLocal(copy: Copy, imported: string, text: string): void {
  copy.write(LOCAL, `${imported}\n${copy.read(LOCAL)}`);
  copy.replace(LOCAL, /^};$/m, `${text}\n};`);
}

function removeCvat(copy: Copy): void {
  copy.replace(LOCAL, property('cvat'), '');
  copy.replace(LOCAL, importOf('ingress'), '');
}

/** The example of the README, word for word. */
function readmeRelease(copy: Copy): string {
  const [, example] = /^```ts\n(releases: \[\n[^]*?)```$/m.exec(copy.read('README.md')) ?? [];
  if (example === undefined) throw new Error('README.md: must contain a ```ts block that starts with "releases: [".');
  return example;
}

export const edits: readonly Edit[] = [
  { name: 'another host', apply: (copy) => copy.replace(LOCAL, /host: '.*'/, `host: 'labels.example.com'`) },
  { name: 'a second AppUser', apply: (copy) => copy.replace(LOCAL, /appUsers: \[/, `appUsers: [${JANE}, `) },
  {
    name: "README's release",
    apply: (copy) => addToLocal(copy, `import { fromRepository } from '../constructs/helm/chart-source';`, readmeRelease(copy)),
  },
  { name: 'CVAT removed, AppUsers kept', apply: removeCvat, problem: /appUsers/ },
  {
    name: 'CVAT and its AppUsers removed',
    apply: (copy: Copy): void => {
      removeCvat(copy);
      copy.replace(LOCAL, property('appUsers'), '');
      copy.replace(LOCAL, /^ {2}appUserOperator: .*\n/m, '');
    },
  },
  {
    name: 'another CVAT version',
    apply: (copy: Copy): void => {
      copy.replace(LOCAL, /(?<=cvat: \{\n {4}version: ')[^']*/, '2.74.0');
      copy.replace('test/known-versions.ts', /(?<=ACKNOWLEDGED: .* = )\{\}/, `{ 'cvat 2.74.0': 'try-edits' }`);
    },
  },
  {
    name: 'a second PostgresCluster',
    apply: (copy: Copy): void =>
      addToLocal(
        copy,
        '',
        `  postgresClusters: [{ name: 'wiki', version: 17, replicas: 1, storage: { size: '1Gi' }, backups: [toVolume({ size: '1Gi' })] }],`,
      ),
  },
  {
    name: 'Azure beside S3',
    apply: (copy: Copy): void => {
      const file = 'environments/production.ts';
      copy.replace(file, `import { toS3 }`, `import { toAzure, toS3 }`);
      const azure = `toAzure({ repository: 'repo2', container: 'cvat-backups', credentials: 'my-postgres-azure', full: '0 3 * * 0', keepFull: 4 })`;
      copy.replace(file, /^ {4}\],\n(?= {4}spec:)/m, `      ${azure},\n    ],\n`);
    },
  },
  {
    name: 'new environment staging',
    apply: (copy: Copy): void => {
      copy.write('environments/staging.ts', copy.read(LOCAL).replace('export const local', 'export const staging'));
      copy.replace(INDEX, `import { tutorial }`, `import { staging } from './staging';\nimport { tutorial }`);
      copy.replace(INDEX, `{ local, `, `{ local, staging, `);
    },
  },
  {
    name: 'local removed, production is the default',
    apply: (copy: Copy): void => {
      copy.remove(LOCAL);
      copy.replace(INDEX, importOf('local'), '');
      copy.replace(INDEX, `{ local, `, `{ `);
      copy.replace(INDEX, `= 'local'`, `= 'production'`);
    },
  },
];
