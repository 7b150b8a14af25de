import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ChartSource, OciChart, RepositoryChart } from '../../constructs/helm/chart-source';
import { isMap, listOf, valueAt } from '../../manifests/fields';
import { versionOfTag } from '../../manifests/oci-tag';
import { HelmError } from './helm';
import { isLoopback } from './loopback';
import { withRepository } from './repository';

/** A version of a chart that its source offers now. */
export interface AvailableVersion {
  readonly version: string;
  /** Left out where the source does not say: a registry lists tags only. */
  readonly deprecated?: boolean;
}

const TIMEOUT_MILLISECONDS = 30_000;

/** Every version that the source offers; nothing for a source without a list of versions. */
export async function availableVersions(source: ChartSource): Promise<AvailableVersion[] | undefined> {
  switch (source.kind) {
    case 'repository':
      return fromIndex(source);
    case 'oci':
      return fromTags(source);
    default:
      return undefined;
  }
}

/** Helm downloads index.yaml, with the credentials that it has for the repository. */
function fromIndex(source: RepositoryChart): Promise<AvailableVersion[]> {
  return withRepository(source, async ({ entries }) =>
    entries.flatMap((entry) => {
      const version = valueAt(entry, 'version');
      return typeof version === 'string' ? [{ version, deprecated: valueAt(entry, 'deprecated') === true }] : [];
    }),
  );
}

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags: in pages, each of which names the next. */
async function fromTags({ url }: OciChart): Promise<AvailableVersion[]> {
  const { host, pathname } = new URL(url.replace(/^oci:/, 'https:'));
  const origin = `${isLoopback(host) ? 'http' : 'https'}://${host === 'docker.io' ? 'registry-1.docker.io' : host}`;
  const versions: AvailableVersion[] = [];
  let page: string | undefined = `/v2${pathname}/tags/list?n=1000`;
  let authorization = basicOf(host);
  while (page !== undefined) {
    let response = await get(`${origin}${page}`, authorization);
    const challenge = response.status === 401 ? response.headers.get('www-authenticate') : null;
    if (challenge !== null) {
      authorization = await bearer(challenge, basicOf(host));
      response = await get(`${origin}${page}`, authorization);
    }
    if (!response.ok) throw new HelmError(`${origin}${page} was answered with ${response.status} ${response.statusText}.`);
    const tags = valueAt(await response.json(), 'tags');
    versions.push(...listOf(tags).flatMap((tag) => (typeof tag === 'string' ? [{ version: versionOfTag(tag) }] : [])));
    page = /<([^>]+)>;\s*rel="?next"?/.exec(response.headers.get('link') ?? '')?.[1]?.replace(origin, '');
  }
  return versions;
}

async function get(url: string, authorization: string | undefined): Promise<Response> {
  try {
    return await fetch(url, {
      headers: { ...(authorization !== undefined && { authorization }) },
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
    throw new HelmError(`${new URL(url).host} cannot be reached: ${cause?.code ?? cause?.message ?? message}.`);
  }
}

/** https://distribution.github.io/distribution/spec/auth/token/ */
async function bearer(challenge: string, basic: string | undefined): Promise<string | undefined> {
  const fields = Object.fromEntries([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]));
  if (fields['realm'] === undefined) return basic;
  const { realm, ...parameters } = fields;
  const response = await get(`${realm}?${new URLSearchParams(parameters)}`, basic);
  const answer: unknown = response.ok ? await response.json() : undefined;
  const token = valueAt(answer, 'token') ?? valueAt(answer, 'access_token');
  return typeof token === 'string' ? `Bearer ${token}` : basic;
}

/** What `helm registry login` has stored. Credentials of a credential helper are left to Helm. */
function basicOf(host: string): string | undefined {
  const configured = process.env['HELM_REGISTRY_CONFIG'];
  try {
    // Without HOME and without an entry in /etc/passwd, homedir() throws.
    const home = process.env['HELM_CONFIG_HOME'] ?? join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'helm');
    const config: unknown = JSON.parse(readFileSync(configured ?? join(home, 'registry', 'config.json'), 'utf8'));
    const auth = valueAt(config, 'auths', host, 'auth');
    return isMap(config) && typeof auth === 'string' ? `Basic ${auth}` : undefined;
  } catch {
    return undefined;
  }
}
