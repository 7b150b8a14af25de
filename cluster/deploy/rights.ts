import { type Manifest, groupKindOf, type Kind } from '../../manifests/manifest';
import type { Access, Cluster } from '../api/cluster';
import { releaseNameOf } from '../helm/release-objects';

/** `delete` is for what dist has no longer one day, and is asked for now: it would fail after all else was done. */
const VERBS = ['get', 'list', 'create', 'patch', 'delete'];

/** An administrator is allowed everything, and asked about once. Somebody else is asked about each kind. */
export async function missingRights(cluster: Cluster, objects: readonly Manifest[]): Promise<string[]> {
  if (await cluster.isAllowed({ verb: '*' })) return [];
  const wanted = new Map<string, Access & { readonly kind: Kind }>();
  const want = (verbs: readonly string[], kind: Kind, namespace: string | undefined): void => {
    for (const verb of verbs) {
      const access = { verb, kind: { apiVersion: kind.apiVersion, kind: kind.kind }, ...(namespace !== undefined && { namespace }) };
      wanted.set(JSON.stringify(access), access);
    }
  };
  for (const object of objects) {
    const resource = await cluster.resource(object);
    // Of a kind that only comes with this deployment nobody knows yet how it is called.
    if (resource) want(VERBS, object, resource.namespaced ? (object.metadata.namespace ?? cluster.namespace) : undefined);
    for (const { verbs, kind, namespace } of readsOf(object)) want(verbs, kind, namespace);
  }
  want(['get', 'list', 'create', 'patch'], { apiVersion: 'v1', kind: 'ConfigMap' }, 'default'); // the inventory
  const answers = await Promise.all([...wanted.values()].map(async (access) => ({ access, allowed: await cluster.isAllowed(access) })));
  const verbs = new Map<string, string[]>();
  for (const { access, allowed } of answers) {
    if (allowed) continue;
    const what = `${access.kind.kind}${access.namespace === undefined ? '' : ` in namespace ${access.namespace}`}`;
    verbs.set(what, [...(verbs.get(what) ?? []), access.verb]);
  }
  return [...verbs].map(
    ([what, list]) =>
      `  You are not allowed to ${VERBS.filter((verb) => list.includes(verb)).join(', ')} ${what}.\n    An administrator can give you a Role for it: kubectl auth can-i --list`,
  );
}

const SECRET: Kind = { apiVersion: 'v1', kind: 'Secret' };
const POD: Kind = { apiVersion: 'v1', kind: 'Pod' };
const JOB: Kind = { apiVersion: 'batch/v1', kind: 'Job' };
const DEPLOYMENT: Kind = { apiVersion: 'apps/v1', kind: 'Deployment' };
const STATEFUL_SET: Kind = { apiVersion: 'apps/v1', kind: 'StatefulSet' };

interface Read {
  readonly verbs: readonly string[];
  readonly kind: Kind;
  readonly namespace: string;
}

/** What has to be looked at besides, to tell whether a release is ready, or gone: what Helm keeps, the install Job beside a HelmChart, workloads. */
function readsOf(object: Manifest): Read[] {
  const release = releaseNameOf(object);
  if (!release) return [];
  const kept = { verbs: ['list'], kind: SECRET, namespace: release.storage };
  // Of a HelmRelease, Flux says it.
  if (groupKindOf(object) !== 'HelmChart.helm.cattle.io') return [kept];
  const { namespace = 'default' } = object.metadata;
  return [
    kept,
    { verbs: ['get'], kind: JOB, namespace },
    { verbs: ['list'], kind: POD, namespace },
    ...[DEPLOYMENT, STATEFUL_SET, JOB].map((kind) => ({ verbs: ['list'], kind, namespace: release.namespace })),
  ];
}
