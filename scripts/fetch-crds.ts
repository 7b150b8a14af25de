import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256 } from '../manifests/sha256';
import { crdCache, CrdProblem, type CrdSource, crdSources, sameWithoutProse } from './crd-sources';
import { runScript } from './run-script';

const OTHER_RELEASES = '--other-releases';

const HELP = `npm run fetch-crds [-- ${OTHER_RELEASES}]

Downloads the upstream CRDs, as released, into the cache: $XDG_CACHE_HOME/third-party-platform/crds, or
~/.cache/third-party-platform/crds. "npm run import" generates imports/ from them, and "npm test" validates dist/ against them.
A file with the right checksum is not downloaded again. With ${OTHER_RELEASES}, also those files of other releases of which a test shows
that only their descriptions differ.

Exit code: 0 all files are in the cache, 1 a download failed, 2 wrong usage.
`;

const TIMEOUT_IN_SECONDS = 60;
const REMEDY = 'Try again when GitHub can be reached, or set CRDS_DIR to a folder that has them.';

export interface FetchOptions {
  /** The folder to fill. */
  readonly folder: string;
  /** Where /repository/tag/path is a file of that repository. */
  readonly origin?: string;
  readonly sources?: readonly CrdSource[];
  /** Called with each line of progress. */
  readonly report?: (line: string) => void;
}

/** Downloads what the folder does not have, and verifies each file by its checksum. */
export async function fetchCrds({
  folder,
  origin = 'https://raw.githubusercontent.com',
  sources = crdSources,
  report = () => undefined,
}: FetchOptions): Promise<void> {
  for (const [index, source] of sources.entries()) {
    const target = join(folder, source.file);
    const label = `[${index + 1}/${sources.length}] ${source.file}`;
    if (existsSync(target) && sha256(readFileSync(target)) === source.sha256) {
      report(`${label}  is there`);
      continue;
    }
    const content = await download(`${origin}/${source.repository}/${source.tag}/${source.path}`, source.sha256);
    writeWhole(target, content);
    report(`${label}  ${Math.ceil(content.length / 1024)} KiB`);
  }
}

async function download(url: string, expected: string): Promise<Buffer> {
  let content: Buffer;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_IN_SECONDS * 1000) });
    if (!response.ok) throw new CrdProblem(`${url} was answered with ${response.status} ${response.statusText}.\n${REMEDY}`);
    content = Buffer.from(await response.arrayBuffer());
  } catch (error) {
    if (error instanceof CrdProblem) throw error;
    throw new CrdProblem(`${url} could not be downloaded: ${reason(error)}.\n${REMEDY}`);
  }
  if (sha256(content) === expected) return content;
  throw new CrdProblem(
    `${url} is not what was released: its SHA-256 is ${sha256(content)}, and should be ${expected}. It was not kept.\n` +
      'Either a proxy returned a page of its own, or the tag was moved: check scripts/crd-sources.ts. ' +
      'Or set CRDS_DIR to a folder that has them.',
  );
}

/** The message of Node's fetch is only "fetch failed"; the reason is in its cause. */
function reason(error: unknown): string {
  const { name, message, cause } = error as { name?: string; message?: string; cause?: { code?: string; message?: string } };
  if (name === 'TimeoutError') return `no answer within ${TIMEOUT_IN_SECONDS} s`;
  return cause?.code ?? cause?.message ?? message ?? String(error);
}

/** Writes to a temporary file and renames it, so that an interrupt leaves no partial file. */
function writeWhole(target: string, content: Buffer): void {
  const partial = `${target}.${process.pid}.partial`;
  try {
    mkdirSync(dirname(target), { recursive: true });
    try {
      writeFileSync(partial, content);
      renameSync(partial, target);
    } finally {
      rmSync(partial, { force: true });
    }
  } catch (error) {
    const { message } = error as NodeJS.ErrnoException;
    throw new CrdProblem(`${target} could not be written: ${message}.\nFree disk space, or set XDG_CACHE_HOME to another folder.`);
  }
}

async function main(): Promise<number> {
  const [argument] = process.argv.slice(2);
  if (argument === '--help' || argument === '-h') return (process.stdout.write(HELP), 0);
  if (argument !== undefined && argument !== OTHER_RELEASES)
    return (process.stderr.write(`fetch-crds takes no argument "${argument}".\n\n${HELP}`), 2);

  const sources = argument === undefined ? crdSources : [...crdSources, ...sameWithoutProse];
  let folder: string;
  try {
    folder = crdCache();
    await fetchCrds({ folder, sources, report: (line) => process.stdout.write(`${line}\n`) });
  } catch (error) {
    if (!(error instanceof CrdProblem)) throw error;
    return (process.stderr.write(`${error.message}\n`), 1);
  }
  process.stdout.write(
    `\n${sources.length} CRDs are in ${folder}\n"npm test" and "npm run import" find them there. Elsewhere: CRDS_DIR=${folder} npm test\n`,
  );
  return 0;
}

if (require.main === module) runScript(main);
