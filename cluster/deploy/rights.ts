import { type Manifest, groupKindOf, type Kind } from '../../manifests/manifest';
import type { Access, Cluster } from '../api/cluster';
import { releaseOf } from '../../manifests/helm-release';

/** `delete` is for prune. It is checked before the first write: otherwise it would fail after everything else was done. */
const VERBS = ['get', 'list', 'create', 'patch', 'delete'];

/** RBAC rights that a deploy needs and the user does not have. One request for an administrator, one for each verb, kind and namespace for others. */
export async function missingRights(cluster: Cluster, objects: readonly Manifest[]): Promise<string[]> {
  if (await cluster.isAllowed({ verb: '*' })) return [];
  const wanted = new Map<string, Access & { readonly kind: Kind }>();
  const add = (verbs: readonly string[], kind: Kind, namespace: string | undefined): void => {
    for (const verb of verbs) {
      const access = { verb, kind: { apiVersion: kind.apiVersion, kind: kind.kind }, ...(namespace !== undefined && { namespace }) };
      wanted.set(JSON.stringify(access), access);
    }
  };
  for (const object of objects) {
    const resource = await cluster.resource(object);
    // A kind whose CRD this deployment creates is not served yet.
    if (resource) add(VERBS, object, resource.namespaced ? (object.metadata.namespace ?? cluster.namespace) : undefined);
    for (const { verbs, kind, namespace } of readsOf(object)) add(verbs, kind, namespace);
  }
  add(['get', 'list', 'create', 'patch'], { apiVersion: 'v1', kind: 'ConfigMap' }, 'default'); // the inventory
  const answers = await Promise.all([...wanted.values()].map(async (access) => ({ access, allowed: await cluster.isAllowed(access) })));
  const verbs = new Map<string, string[]>();
  for (const { access, allowed } of answers) {
    if (allowed) continue;
    const what = `${access.kind.kind}${access.namespace === undefined ? '' : ` in namespace ${access.namespace}`}`;
    verbs.set(what, [...(verbs.get(what) ?? []), access.verb]);
  }
  return [...verbs].map(
    ([what, list]) =>
      `  RBAC denies ${VERBS.filter((verb) => list.includes(verb)).join(', ')} ${what}.\n    Ask an administrator for a Role. To see your rights: kubectl auth can-i --list`,
  );
}

const SECRET: Kind = { apiVersion: 'v1', kind: 'Secret' };
const POD: Kind = { apiVersion: 'v1', kind: 'Pod' };
const JOB: Kind = { apiVersion: 'batch/v1', kind: 'Job' };
const CRON_JOB: Kind = { apiVersion: 'batch/v1', kind: 'CronJob' };
const DEPLOYMENT: Kind = { apiVersion: 'apps/v1', kind: 'Deployment' };
const STATEFUL_SET: Kind = { apiVersion: 'apps/v1', kind: 'StatefulSet' };

interface Read {
  readonly verbs: readonly string[];
  readonly kind: Kind;
  readonly namespace: string;
}

/** What readiness and deletion of a release read: Helm's Secrets, the install Job of a HelmChart, workloads. */
function readsOf(object: Manifest): Read[] {
  if (groupKindOf(object) === 'PostgresCluster.postgres-operator.crunchydata.com') return readsOfPostgresCluster(object);
  const release = releaseOf(object);
  if (release?.storageNamespace === undefined) return [];
  const secrets = { verbs: ['list'], kind: SECRET, namespace: release.storageNamespace };
  // For a HelmRelease, Flux reports it in the status.
  if (!release.installJob) return [secrets];
  const { namespace = 'default' } = release.installJob;
  return [
    secrets,
    { verbs: ['get'], kind: JOB, namespace },
    { verbs: ['list'], kind: POD, namespace },
    ...[DEPLOYMENT, STATEFUL_SET, JOB].map((kind) => ({ verbs: ['list'], kind, namespace: release.namespace })),
  ];
}

/** Its StatefulSets, pods and CronJobs, which its status does not describe. */
function readsOfPostgresCluster({ metadata: { namespace = 'default' } }: Manifest): Read[] {
  return [STATEFUL_SET, POD, CRON_JOB].map((kind) => ({ verbs: ['list'], kind, namespace }));
}
