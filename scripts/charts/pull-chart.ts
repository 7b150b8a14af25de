import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ChartSource, GitChart, OciChart, RepositoryChart } from '../../constructs/helm/chart-source';
import { helm, HelmError } from './helm';

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

/** A repository that Helm's own configuration knows may need its credentials, so it is then asked for by the name that it has there. */
async function fromRepository({ url, name, version }: RepositoryChart, folder: string): Promise<PulledChart> {
  const known = await knownRepository(url);
  if (known !== undefined) await helm(['repo', 'update', known]);
  const chart = known === undefined ? [name, '--repo', url] : [`${known}/${name}`];
  await helm(['pull', ...chart, '--version', version, '--destination', folder]);
  return { file: archiveIn(folder) };
}

async function knownRepository(url: string): Promise<string | undefined> {
  const trimmed = (address: string): string => address.replace(/\/+$/, '');
  const list = await helm(['repo', 'list', '--output', 'json']).catch(() => undefined); // without any repository, Helm fails
  const repositories = JSON.parse(list?.stdout || '[]') as readonly { readonly name: string; readonly url: string }[];
  return repositories.find((repository) => trimmed(repository.url) === trimmed(url))?.name;
}

async function fromRegistry({ url, version, digest: wanted }: OciChart, folder: string): Promise<PulledChart> {
  const { stdout, stderr } = await helm(['pull', url, '--version', version, '--destination', folder]);
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
