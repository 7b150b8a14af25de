import { isFinding, openChartArchive } from '../../manifests/chart-archive';
import type { Finding } from '../../manifests/finding';
import { OLDEST_KUBERNETES, supportsFrom } from '../../manifests/kube-version';
import { chartAddress, chartName } from '../syntax/chart-address';
import { gitReference, repositoryFolder } from '../syntax/git-reference';
import { objectName } from '../syntax/name';
import { exactVersion } from '../syntax/version';

/** Where a Helm chart comes from, and exactly which one. */
export type ChartSource = RepositoryChart | OciChart | GitChart | ArchiveChart;

/** What a private repository or registry asks for. */
export interface PrivateSource {
  /** The name of a Secret with the login: see `withSecret`. */
  readonly secret?: string;
  /** The name of an object with the certificates of a CA: see `withCa`. */
  readonly ca?: string;
}

/** A chart of an HTTP repository: a folder on the web with an index.yaml. */
export interface RepositoryChart extends PrivateSource {
  readonly kind: 'repository';
  /** The repository's address: `https://kapernikov.github.io/cvat-helm/`. */
  readonly url: string;
  readonly name: string;
  readonly version: string;
}

/** A chart in a container registry. */
export interface OciChart extends PrivateSource {
  readonly kind: 'oci';
  /** With the chart's name and without a tag: `oci://registry-1.docker.io/cvat/cvat`. */
  readonly url: string;
  readonly version: string;
  /** `sha256:` and 64 hexadecimal digits. Left out, the registry is trusted not to publish a version twice. */
  readonly digest?: string;
}

/** A chart in a git repository. */
export interface GitChart extends PrivateSource {
  readonly kind: 'git';
  /** `https://github.com/cvat-ai/cvat`. */
  readonly url: string;
  /** The folder of the chart in the repository. */
  readonly path: string;
  /** A released version, not a branch: branches move. */
  readonly tag: string;
  /** The commit that the tag points at, 40 hexadecimal digits. Left out, the repository is trusted not to move its tags. */
  readonly commit?: string;
}

/** A chart that lies in this repository as `helm package` made it. */
export interface ArchiveChart {
  readonly kind: 'archive';
  /** The .tgz file, relative to the folder that synth runs in. */
  readonly file: string;
}

/** A chart of an HTTP repository. */
export function fromRepository(url: string, name: string, version: string): RepositoryChart {
  return { kind: 'repository', url, name, version };
}

/** A chart in a container registry, optionally pinned by its digest as well. */
export function fromOci(url: string, version: string, digest?: string): OciChart {
  const [address = '', ownDigest] = splitDigest(url);
  const pinned = digest ?? ownDigest;
  return { kind: 'oci', url: address, version, ...(pinned !== undefined && { digest: pinned }) };
}

/** `oci://registry/chart@sha256:…`: credentials before an "@" are part of the address, which is refused. */
function splitDigest(url: string): [address: string, digest?: string] {
  const [, address, digest] = /^(.*\/[^/]*)@(sha(?:256|512):[^/]*)$/.exec(url) ?? [];
  return address === undefined ? [url] : [address, digest];
}

/** A chart in a git repository, at a released tag and optionally at the commit that the tag is known to name. */
export function fromGit(url: string, source: { path: string; tag: string; commit?: string }): GitChart {
  return { kind: 'git', url, ...source };
}

/** A packaged chart that is kept in this repository: nothing is fetched when it is installed. */
export function fromArchive(file: string): ArchiveChart {
  return { kind: 'archive', file };
}

/**
 * A source that asks for a login. The Secret is beside the delivery's own object: in kube-system with k3s, in flux-system with Flux, in argocd with
 * Argo CD, which finds it by its address and label. It is declared as a need of the installer, with the command that creates it.
 */
export function withSecret<Source extends RepositoryChart | OciChart | GitChart>(source: Source, secret: string): Source {
  return { ...source, secret };
}

/**
 * A source whose certificate is signed by a CA that the controller does not know. The key `ca.crt` of the object has the CA's certificates: of a ConfigMap
 * in kube-system with k3s, of a Secret in flux-system with Flux. It is declared as a need of the installer, too.
 */
export function withCa<Source extends RepositoryChart | OciChart>(source: Source, ca: string): Source {
  return { ...source, ca };
}

/** A source as one line, to find its vendored archive in the lock file: `https://charts.min.io minio 5.4.0`. */
export function describeSource(source: ChartSource): string {
  switch (source.kind) {
    case 'repository':
      return `${source.url} ${source.name} ${source.version}`;
    case 'oci':
      return `${source.url} ${source.version}`;
    case 'git':
      return `git ${source.url} ${source.path} ${source.tag}`;
    case 'archive':
      return source.file;
  }
}

/** Findings about a source that are the same for every delivery, by field. */
export function chartSourceFindings(source: ChartSource): [string, Finding | undefined][] {
  const { secret, ca }: PrivateSource = source.kind === 'archive' ? {} : source;
  return [
    ...addressFindings(source),
    ['chart.secret', secret === undefined ? undefined : objectName(secret)],
    ['chart.ca', ca === undefined ? undefined : objectName(ca)],
  ];
}

function addressFindings(source: ChartSource): [string, Finding | undefined][] {
  switch (source.kind) {
    case 'repository':
      return [
        ['chart.url', chartAddress('repository', source.url)],
        ['chart.name', chartName(source.name)],
        ['chart.version', exactVersion(source.version)],
      ];
    case 'oci':
      return [
        ['chart.url', chartAddress('oci', source.url)],
        ['chart.version', exactVersion(source.version)],
        ['chart.digest', source.digest === undefined ? undefined : hexadecimal(source.digest, /^sha256:[0-9a-f]{64}$/, 'sha256: and 64')],
      ];
    case 'git':
      return [
        ['chart.url', chartAddress('git', source.url)],
        ['chart.path', repositoryFolder(source.path)],
        ['chart.tag', gitReference('tag', source.tag)],
        ['chart.commit', source.commit === undefined ? undefined : hexadecimal(source.commit, /^[0-9a-f]{40}$/, '40')],
      ];
    case 'archive':
      return [['chart.file', archiveFinding(source.file)]];
  }
}

function hexadecimal(value: string, pattern: RegExp, digits: string): Finding | undefined {
  if (pattern.test(value)) return undefined;
  return {
    message: `must be ${digits} lower-case hexadecimal digits; got "${value}".`,
    remedy: 'Copy it from the registry or repository.',
  };
}

function archiveFinding(file: string): Finding | undefined {
  const archive = openChartArchive(file);
  if (isFinding(archive)) return archive;
  const { deprecated, kubeVersion } = archive.chart;
  if (kubeVersion !== undefined && supportsFrom(kubeVersion, OLDEST_KUBERNETES) === false) {
    return {
      message: `"${file}" must support Kubernetes ${OLDEST_KUBERNETES} or later; got "${kubeVersion}" (Chart.yaml: kubeVersion).`,
      remedy: 'Choose another version of the chart.',
    };
  }
  if (!deprecated) return undefined;
  return {
    message: `"${file}" is deprecated by its authors (Chart.yaml: deprecated: true).`,
    remedy: 'Choose another chart: docs/choosing.md.',
  };
}
