import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { RepositoryChart } from '../../constructs/helm/chart-source';
import { listOf, valueAt } from '../../manifests/fields';
import { helm, HelmError } from './helm';

/** An HTTP repository whose index.yaml Helm has just downloaded. */
export interface Repository {
  /** Its name among Helm's repositories. */
  readonly name: string;
  /** Options that make Helm find it. */
  readonly options: readonly string[];
  /** What index.yaml says of the chart: one entry for each version. */
  readonly entries: readonly unknown[];
}

/**
 * A repository that Helm's own configuration knows may need its credentials, so it is asked for by the name that it has there. Any other one is
 * added to a configuration that is deleted afterwards.
 */
export async function withRepository<T>({ url, name: chart }: RepositoryChart, work: (repository: Repository) => Promise<T>): Promise<T> {
  const known = await knownRepository(url);
  if (known !== undefined) {
    await helm(['repo', 'update', known]);
    const cache = (await helm(['env', 'HELM_REPOSITORY_CACHE'])).stdout.trim();
    return work({ name: known, options: [], entries: entriesIn(cache, known, chart) });
  }
  const folder = mkdtempSync(join(tmpdir(), 'charts-'));
  try {
    const cache = join(folder, 'cache');
    const options = ['--repository-config', join(folder, 'repositories.yaml'), '--repository-cache', cache];
    await helm(['repo', 'add', 'source', url, ...options]);
    return await work({ name: 'source', options, entries: entriesIn(cache, 'source', chart) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function knownRepository(url: string): Promise<string | undefined> {
  const trimmed = (address: string): string => address.replace(/\/+$/, '');
  const list = await helm(['repo', 'list', '--output', 'json']).catch(() => undefined); // without any repository, Helm fails
  const repositories = JSON.parse(list?.stdout || '[]') as readonly { readonly name: string; readonly url: string }[];
  return repositories.find((repository) => trimmed(repository.url) === trimmed(url))?.name;
}

function entriesIn(cache: string, name: string, chart: string): readonly unknown[] {
  const file = readdirSync(cache).find((entry) => entry === `${name}-index.yaml`);
  if (file === undefined) throw new HelmError(`Helm reported success, but wrote no ${name}-index.yaml to ${cache}.`);
  return listOf(valueAt(parse(readFileSync(join(cache, file), 'utf8')), 'entries', chart));
}
