import { gunzipSync } from 'node:zlib';
import { isMap, listOf, valueAt } from '../../manifests/fields';
import { itemsWithAnnotation, RESOURCE_POLICY } from '../../manifests/helm-annotations';
import { parseTemplateOutput } from '../../manifests/parse-yaml';
import { type Manifest, type Kind, withoutNullMetadata } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';
import type { ListOptions } from '../api/cluster';

/** A revision of a Helm release, as Helm keeps it in a Secret beside what it installs. */
export interface ReleaseRevision {
  readonly revision: number;
  /** `deployed`, `failed`, `superseded`, `uninstalling`, or what goes on: `pending-install`, `pending-upgrade`, `pending-rollback`. */
  readonly status: string;
  readonly secret: LiveObject;
}

/** What is packed in that Secret. */
export interface ReleaseContent {
  /** What Helm says of the revision: `Install complete`, or why it failed. */
  readonly description: string;
  readonly chartVersion: string;
  /** The values that were given, without the chart's own. */
  readonly config: Readonly<Record<string, unknown>>;
  /** All but hooks and what is in the chart's crds/. Those without a namespace are in the release's, if their kind is in any. */
  readonly objects: readonly Manifest[];
  /** The files of the chart's crds/ folder, as text. */
  readonly crdFiles: readonly string[];
}

interface Lister {
  list(kind: Kind, options?: ListOptions): Promise<readonly LiveObject[]>;
}

/** The revisions of a release that Helm still keeps, the newest first. */
export async function releasesOf(from: Lister, namespace: string, name: string): Promise<ReleaseRevision[]> {
  const secrets = await from.list({ apiVersion: 'v1', kind: 'Secret' }, { namespace, labels: `owner=helm,name=${name}` });
  return secrets.map(releaseOf).sort((one, other) => other.revision - one.revision);
}

function releaseOf(secret: LiveObject): ReleaseRevision {
  const { version, status = 'unknown' } = secret.metadata.labels ?? {};
  return { revision: Number(version ?? 0), status, secret };
}

/** Contents by uid of the Secret. Unpacking takes longer than reading, and a waiting command reads the same Secret many times. */
const unpacked = new Map<string, { readonly resourceVersion: string; readonly content: ReleaseContent | undefined }>();

/** The content of a release's Secret; undefined if it was not written by Helm. */
export function contentOf({ secret }: ReleaseRevision): ReleaseContent | undefined {
  const { uid, resourceVersion } = secret.metadata;
  const known = unpacked.get(uid);
  if (known?.resourceVersion === resourceVersion) return known.content;
  const content = parsed(unpack(valueAt(secret, 'data', 'release')));
  unpacked.set(uid, { resourceVersion, content });
  return content;
}

/** The chart of a release, for a release that is not ours: its objects are not parsed. */
export interface ReleaseChart {
  readonly name: string;
  readonly version: string;
  /** The files of the chart's crds/ folder, as text. */
  readonly crdFiles: readonly string[];
}

/** The chart of a release's Secret; undefined if it was not written by Helm. */
export function chartOf({ secret }: ReleaseRevision): ReleaseChart | undefined {
  const release = unpack(valueAt(secret, 'data', 'release'));
  const [name, version] = ['name', 'version'].map((field) => valueAt(release, 'chart', 'metadata', field));
  return typeof name === 'string' && typeof version === 'string' ? { name, version, crdFiles: crdFilesOf(release) } : undefined;
}

/** The newest revision of every release of the cluster, by its namespace and name: `cvat/cvat`. */
export async function newestReleases(from: Lister): Promise<ReadonlyMap<string, ReleaseRevision>> {
  // The others are most of them, and each has up to 1 MB. The newest is never superseded.
  const secrets = await from.list({ apiVersion: 'v1', kind: 'Secret' }, { labels: 'owner=helm,status!=superseded' });
  const newest = new Map<string, ReleaseRevision>();
  for (const release of secrets.map(releaseOf)) {
    const { namespace = 'default', labels } = release.secret.metadata;
    const id = `${namespace}/${labels?.['name'] ?? ''}`;
    if ((newest.get(id)?.revision ?? -1) < release.revision) newest.set(id, release);
  }
  return newest;
}

/** Base64 by the API server, and in it base64 by Helm, gzip, JSON. https://github.com/helm/helm/blob/main/pkg/storage/driver/util.go */
function unpack(data: unknown): unknown {
  if (typeof data !== 'string') return undefined;
  try {
    const packed = Buffer.from(Buffer.from(data, 'base64').toString('latin1'), 'base64');
    return JSON.parse(gunzipSync(packed).toString('utf8'));
  } catch {
    return undefined;
  }
}

function parsed(release: unknown): ReleaseContent | undefined {
  const [description, chartVersion, manifest] = [['info', 'description'], ['chart', 'metadata', 'version'], ['manifest']].map((path) => {
    const found = valueAt(release, ...path);
    return typeof found === 'string' ? found : '';
  });
  const config = valueAt(release, 'config');
  if (!isMap(release) || chartVersion === undefined || chartVersion === '') return undefined;
  try {
    return {
      description: description ?? '',
      chartVersion,
      config: isMap(config) ? config : {},
      objects: objectsOf(manifest ?? ''),
      crdFiles: crdFilesOf(release),
    };
  } catch {
    return undefined;
  }
}

const crds = new WeakMap<ReleaseContent, readonly Manifest[]>();

/** The CRDs in the chart of a release. Large ones take a second, so that they are parsed once, and only where they are needed. */
export function crdsOf(content: ReleaseContent): readonly Manifest[] {
  const known = crds.get(content) ?? content.crdFiles.flatMap(objectsOf);
  crds.set(content, known);
  return known;
}

/** Helm keeps all files of the chart but its templates and values, each as base64. */
function crdFilesOf(release: unknown): string[] {
  return listOf(valueAt(release, 'chart', 'files')).flatMap((file) => {
    const [name, data] = [valueAt(file, 'name'), valueAt(file, 'data')];
    const isCrd = typeof name === 'string' && /^crds\/.*\.(ya?ml|json)$/.test(name);
    return isCrd && typeof data === 'string' ? [Buffer.from(data, 'base64').toString('utf8')] : [];
  });
}

function objectsOf(manifest: string): Manifest[] {
  return parseTemplateOutput(manifest)
    .flatMap((document) => itemsWithAnnotation(document, RESOURCE_POLICY))
    .filter(isManifest)
    .map(withoutNullMetadata);
}

function isManifest(value: unknown): value is Manifest {
  return [['apiVersion'], ['kind'], ['metadata', 'name']].every((path) => typeof valueAt(value, ...path) === 'string');
}
