import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DIST } from '../fixtures/dist';

const REPOSITORY = join(__dirname, '../..');
const SOURCES = [
  'main.ts',
  'synthesis.ts',
  'constructs',
  'manifests',
  'checks',
  'review',
  'imports',
  'scripts',
  'cdk8s.yaml',
  'package.json',
  'tsconfig.json',
];

/** What npm needs to install packages, and the commands that are not part of the synthesis. */
const INSTALLABLE = ['.npmrc', 'package-lock.json', 'operator/package.json', 'cluster'];

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. A failure is an outcome, not an exception. */
export function run(command: readonly string[], options: { cwd: string; env?: Record<string, string> }): Promise<Outcome> {
  const [file = '', ...args] = command;
  return new Promise((resolve) => {
    const env = { ...process.env, ...options.env };
    execFile(file, args, { cwd: options.cwd, env, maxBuffer: 64e6 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

/** A copy of the program in a temporary folder, for a test to edit: its sources, this repository's node_modules or none, and the tests' own environments with their dist/. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'project-'));

  constructor({ modules = 'linked' }: { readonly modules?: 'linked' | 'none' } = {}) {
    for (const source of modules === 'none' ? [...SOURCES, ...INSTALLABLE] : SOURCES)
      cpSync(join(REPOSITORY, source), join(this.folder, source), { recursive: true, preserveTimestamps: true });
    cpSync(DIST, join(this.folder, 'dist'), { recursive: true, preserveTimestamps: true });
    const environments = join(REPOSITORY, 'test/fixtures/environments');
    for (const file of readdirSync(environments)) {
      const source = readFileSync(join(environments, file), 'utf8');
      this.write(join('environments', file), source.replaceAll(`'../../../constructs/`, `'../constructs/`));
    }
    if (modules === 'linked') symlinkSync(join(REPOSITORY, 'node_modules'), join(this.folder, 'node_modules'));
  }

  /** `npm run synth`, without npm: what package.json says that it is. */
  synth(...args: string[]): Promise<Outcome> {
    const { scripts } = JSON.parse(this.read('package.json')) as { scripts: { synth: string } };
    const [node, ...command] = scripts.synth.split(' ');
    if (node !== 'node') throw new Error(`npm run synth does not run node: ${scripts.synth}`);
    return run([process.execPath, ...command, ...args], { cwd: this.folder });
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  write(file: string, content: string): void {
    mkdirSync(dirname(join(this.folder, file)), { recursive: true });
    writeFileSync(join(this.folder, file), content);
  }

  /** Replaces a text that must be there. */
  edit(file: string, before: string, after: string): void {
    const content = this.read(file);
    if (!content.includes(before)) throw new Error(`${file} has no ${before}`);
    this.write(file, content.replace(before, after));
  }

  /** Every file of dist/: what is in it, which one it is and when it was written last. */
  dist(): Record<string, unknown> {
    const folder = join(this.folder, 'dist');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
    return Object.fromEntries(
      files.map((file) => {
        const { ino, mtimeMs } = statSync(join(folder, file));
        return [file, { ino, mtimeMs, content: statSync(join(folder, file)).isFile() ? this.read(join('dist', file)) : undefined }];
      }),
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
