import { type Manifest, formatKey, type Kind, keyOf } from '../../manifests/manifest';
import type { Need } from '../../manifests/reference';
import type { LiveObject } from '../objects/live-object';
import { contractOf } from '../../manifests/contract';
import { isCode } from '../api/api-error';
import type { Cluster } from '../api/cluster';
import type { Dist } from '../dist';
import { wrongPgBackRestSecrets } from './pgbackrest-secrets';
import { CRD_KIND, crdOf } from '../../manifests/custom-resource-definition';

/** Kinds that can be looked up. */
const KINDS: readonly Kind[] = [
  { apiVersion: 'v1', kind: 'Secret' },
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'v1', kind: 'Namespace' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass' },
  { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' },
  { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway' },
  { apiVersion: 'cert-manager.io/v1', kind: 'ClusterIssuer' },
  CRD_KIND,
];

/** Needs that the installer has to provide and that are not on the cluster. */
export async function unmetNeeds(cluster: Cluster, dist: Dist, objects: readonly Manifest[]): Promise<string[]> {
  const made = dist.stages.flatMap((stage) => stage.objects).flatMap((object) => [keyOf(object), ...(contractOf(object).makes ?? [])]);
  const needs = new Map<string, { need: Need; users: string[] }>();
  for (const object of objects) {
    for (const need of contractOf(object).needs ?? []) {
      if (made.some(({ kind, namespace, name }) => kind === need.kind && namespace === need.namespace && name === need.name)) continue;
      const known = needs.get(formatKey(need)) ?? { need, users: [] };
      needs.set(formatKey(need), { ...known, users: [...known.users, formatKey(keyOf(object))] });
    }
  }
  const checked = await Promise.all(
    [...needs.values()].map(async ({ need, users }) => ({
      need,
      users,
      lack: await problemOf(cluster, need),
      lacksNamespace: await isHomeless(cluster, need),
    })),
  );
  const listedNamespaces = new Set<string>();
  const unmet = checked.flatMap(({ need, users, lack, lacksNamespace: homeless }) => {
    if (lack === undefined) return [];
    const { namespace = '' } = need;
    const remedies = homeless && !listedNamespaces.has(namespace) ? [`kubectl create namespace ${namespace}`, need.remedy] : [need.remedy];
    if (homeless) listedNamespaces.add(namespace);
    const what = `  ${formatKey(need)} ${lack}, and ${users.join(' and ')} ${users.length === 1 ? 'needs' : 'need'} it`;
    return [[what, ...remedies.map((remedy) => `    ${remedy}`)].join('\n')];
  });
  return [...unmet, ...(await wrongPgBackRestSecrets(cluster, objects))];
}

/** Whether the namespace does not exist yet, so that the remedy would fail. */
async function isHomeless(cluster: Cluster, { namespace }: Need): Promise<boolean> {
  if (namespace === undefined) return false;
  try {
    return (await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace })) === undefined;
  } catch (error) {
    if (!isCode(error, 403)) throw error;
    return false;
  }
}

/** Why a need is not met. Undefined when it is met or its kind cannot be looked up. */
async function problemOf(cluster: Cluster, { kind, namespace, name, keys = [] }: Need): Promise<string | undefined> {
  const known = KINDS.find((candidate) => candidate.kind === kind);
  if (!known) return undefined;
  let object: LiveObject | undefined;
  try {
    object = await cluster.get({ ...known, name, ...(namespace !== undefined && { namespace }) });
  } catch (error) {
    if (!isCode(error, 403)) throw error;
    return 'cannot be checked: RBAC denies get';
  }
  if (!object) return 'is not found';
  const crd = crdOf(object);
  const present = crd
    ? crd.kinds.map(({ apiVersion, kind: served }) => `${apiVersion.slice(apiVersion.indexOf('/') + 1)}/${served}`)
    : Object.keys({ ...(object['data'] as object | undefined) });
  const absent = keys.filter((wanted) => !present.includes(wanted));
  return absent.length === 0 ? undefined : `lacks ${absent.join(', ')}`;
}
