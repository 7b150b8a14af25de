import type { Finding } from '../../manifests/finding';
import { chartAddress } from '../syntax/chart-address';
import { gitReference } from '../syntax/git-reference';
import { objectName } from '../syntax/name';
import type { GitOpsSource } from './git-ops';

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** What a controller would refuse when it fetches dist, or what must not be in dist. By field of the source. */
export function sourceFindings(source: GitOpsSource): [field: string, Finding][] {
  const { url, secret } = source;
  const all: [string, Finding | undefined][] = [
    ['url', chartAddress(source.kind === 'git' ? 'git' : 'oci', String(url))],
    source.kind === 'git' ? ['branch', gitReference('branch', source.branch)] : ['tag', artifactTag(String(source.tag))],
    ['secret', secret === undefined ? undefined : objectName(secret)],
  ];
  return all.flatMap(([field, finding]): [string, Finding][] => (finding ? [[`gitOps.source.${field}`, finding]] : []));
}

function artifactTag(tag: string): Finding | undefined {
  if (TAG.test(tag)) return undefined;
  const remedy = 'Use a tag that is moved to each new artifact, such as "latest": a digest would never change.';
  return { message: `must be a tag of the artifact; got "${tag}".`, remedy };
}
