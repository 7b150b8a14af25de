import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type ChartSource, describeSource, type GitChart, type OciChart, type RepositoryChart } from '../../constructs/helm/chart-source';
import { valueAt } from '../../manifests/fields';
import { sha256 } from '../../manifests/sha256';
import { helm, HelmError } from './helm';
import { isLoopback } from './loopback';
import { withRepository } from './repository';

/** A pulled chart. */
export interface PulledChart {
  /** The .tgz file, in the folder that was given. */
  readonly file: string;
  /** The OCI manifest's digest, or the commit that a git tag names. */
  readonly digest?: string;
}

/** Answers that may be others a moment later. */
const TRANSIENT = /\b(429|500|502|503|504)\b|Too Many Requests|timeout|connection re(set|fused)|unexpected EOF/i;
const TRIES = 3;
const FIRST_PAUSE_MILLISECONDS = 1000;

/** Pulls a chart into an empty folder. Transient failures are tried again, twice. */
export async function pullChart(source: Exclude<ChartSource, { kind: 'archive' }>, folder: string): Promise<PulledChart> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await pullOnce(source, folder);
    } catch (error) {
      if (!(error instanceof HelmError) || attempt === TRIES || !TRANSIENT.test(error.message)) throw error;
      await pause(FIRST_PAUSE_MILLISECONDS * 2 ** (attempt - 1));
    }
  }
}

function pullOnce(source: Exclude<ChartSource, { kind: 'archive' }>, folder: string): Promise<PulledChart> {
  switch (source.kind) {
    case 'repository':
      return fromRepository(source, folder);
    case 'oci':
      return fromRegistry(source, folder);
    case 'git':
      return fromGit(source, folder);
  }
}

/** Helm does not compare the archive with the digest in index.yaml. */
function fromRepository(source: RepositoryChart, folder: string): Promise<PulledChart> {
  return withRepository(source, async ({ name, options, entries }) => {
    await helm(['pull', `${name}/${source.name}`, '--version', source.version, '--destination', folder, ...options]);
    const file = archiveIn(folder);
    const wanted = valueAt(
      entries.find((entry) => valueAt(entry, 'version') === source.version),
      'digest',
    );
    const found = sha256(readFileSync(file));
    if (typeof wanted !== 'string' || wanted.replace(/^sha256:/, '') === found) return { file };
    throw new HelmError(
      `${describeSource(source)}: the archive must have the sha256 that the repository's index.yaml records (${wanted}); got ${found}. ` +
        'Try again later: a cache may be stale. If it stays so, find out why: the archive was changed after it was published.',
    );
  });
}

async function fromRegistry({ url, version, digest: wanted }: OciChart, folder: string): Promise<PulledChart> {
  const { host } = new URL(url.replace(/^oci:/, 'https:'));
  const plain = isLoopback(host) ? ['--plain-http'] : [];
  const { stdout, stderr } = await helm(['pull', url, '--version', version, '--destination', folder, ...plain]);
  // Helm 3 and Helm 4 write it to different streams.
  const digest = /^Digest: (sha256:[0-9a-f]{64})/m.exec(`${stdout}\n${stderr}`)?.[1];
  if (wanted !== undefined && digest !== wanted) {
    throw new HelmError(
      `${url} ${version}: digest must be ${wanted}; got ${digest ?? 'none'}. The tag was moved: find out why before you pin the new digest.`,
    );
  }
  return { file: archiveIn(folder), ...(digest !== undefined && { digest }) };
}

async function fromGit({ url, path, tag, commit: wanted }: GitChart, folder: string): Promise<PulledChart> {
  const checkout = join(folder, 'checkout');
  await git(['clone', '--quiet', '--depth', '1', '--branch', tag, '--', url, checkout]);
  const commit = (await git(['-C', checkout, 'rev-parse', 'HEAD'])).trim();
  if (wanted !== undefined && commit !== wanted) {
    throw new HelmError(
      `${url} ${tag}: commit must be ${wanted}; got ${commit}. The tag was moved: find out why before you pin the new commit.`,
    );
  }
  await helm(['package', '--dependency-update', join(checkout, path), '--destination', folder]);
  return { file: archiveIn(folder), digest: commit };
}

/** Credentials are those of git's own configuration. It must not ask for them: a script cannot answer. */
async function git(args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('git', args, { env: { ...process.env, GIT_TERMINAL_PROMPT: '0' } });
    return stdout;
  } catch (error) {
    const { code, stderr = '', message } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === 'ENOENT') throw new HelmError('git was not found. Install it: fromGit needs it.');
    throw new HelmError(stderr.trim() || message);
  }
}

function archiveIn(folder: string): string {
  const file = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (file === undefined) throw new HelmError('Helm reported success, but wrote no .tgz file.');
  return join(folder, file);
}
