import { contractOf, type Manifest, type Need } from '../constructs/contract';
import { isCode } from './api/api-error';
import type { Access, Cluster } from './cluster';
import type { Dist, DistStage } from './dist';
import { inWords, type Kind, keyOf, type LiveObject } from './object';
import { CommandProblem } from './problem';
import { DEFINITION, definitionIn } from './relations';

/** Looks for what would make a deployment fail half-way, before anything is written. All of it is told at once. */
export async function preflight(cluster: Cluster, dist: Dist, stages: readonly DistStage[]): Promise<void> {
  const objects = stages.flatMap((stage) => stage.objects);
  const problems = [...(await forbidden(cluster, objects)), ...(await missing(cluster, dist, objects))];
  if (problems.length === 0) return;
  throw new CommandProblem(
    `Nothing was applied: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}\n\n${problems.join('\n\n')}`,
    1,
  );
}

/** An administrator is allowed everything, and asked about once. Somebody else is asked about each kind. */
async function forbidden(cluster: Cluster, objects: readonly Manifest[]): Promise<string[]> {
  if (await cluster.isAllowed({ verb: '*' })) return [];
  const wanted = new Map<string, Access & { readonly kind: Kind }>();
  const want = (kind: Kind, namespace: string | undefined): void => {
    for (const verb of ['get', 'list', 'create', 'patch']) {
      const access = { verb, kind: { apiVersion: kind.apiVersion, kind: kind.kind }, ...(namespace !== undefined && { namespace }) };
      wanted.set(JSON.stringify(access), access);
    }
  };
  for (const object of objects) {
    const resource = await cluster.resource(object);
    // Of a kind that only comes with this deployment nobody knows yet how it is called.
    if (resource) want(object, resource.namespaced ? (object.metadata.namespace ?? cluster.namespace) : undefined);
  }
  want({ apiVersion: 'v1', kind: 'ConfigMap' }, 'default'); // the inventory
  const answers = await Promise.all([...wanted.values()].map(async (access) => ({ access, allowed: await cluster.isAllowed(access) })));
  const verbs = new Map<string, string[]>();
  for (const { access, allowed } of answers) {
    if (allowed) continue;
    const what = `${access.kind.kind}${access.namespace === undefined ? '' : ` in namespace ${access.namespace}`}`;
    verbs.set(what, [...(verbs.get(what) ?? []), access.verb]);
  }
  return [...verbs].map(
    ([what, list]) =>
      `  You are not allowed to ${list.join(', ')} ${what}.\n    An administrator can give you a Role for it: kubectl auth can-i --list`,
  );
}

const KINDS: readonly Kind[] = [
  { apiVersion: 'v1', kind: 'Secret' },
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'v1', kind: 'Namespace' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass' },
  { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' },
  { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway' },
  { apiVersion: 'cert-manager.io/v1', kind: 'ClusterIssuer' },
  DEFINITION,
];

/** What only the installer can provide, and has not. */
async function missing(cluster: Cluster, dist: Dist, objects: readonly Manifest[]): Promise<string[]> {
  const made = dist.stages.flatMap((stage) => stage.objects).flatMap((object) => [keyOf(object), ...(contractOf(object).makes ?? [])]);
  const needs = new Map<string, { need: Need; users: string[] }>();
  for (const object of objects) {
    for (const need of contractOf(object).needs ?? []) {
      if (made.some(({ kind, namespace, name }) => kind === need.kind && namespace === need.namespace && name === need.name)) continue;
      const known = needs.get(inWords(need)) ?? { need, users: [] };
      needs.set(inWords(need), { ...known, users: [...known.users, inWords(keyOf(object))] });
    }
  }
  const lacks = await Promise.all([...needs.values()].map(async ({ need, users }) => ({ need, users, lack: await lackOf(cluster, need) })));
  return lacks.flatMap(({ need, users, lack }) =>
    lack === undefined
      ? []
      : [`  ${inWords(need)} ${lack}, and ${users.join(' and ')} ${users.length === 1 ? 'needs' : 'need'} it\n    ${need.remedy}`],
  );
}

/** What is wrong with what is needed; nothing when it is there, or is of a kind that cannot be looked up. */
async function lackOf(cluster: Cluster, { kind, namespace, name, keys = [] }: Need): Promise<string | undefined> {
  const known = KINDS.find((candidate) => candidate.kind === kind);
  if (!known) return undefined;
  let object: LiveObject | undefined;
  try {
    object = await cluster.get({ ...known, name, ...(namespace !== undefined && { namespace }) });
  } catch (error) {
    if (!isCode(error, 403)) throw error;
    return 'cannot be looked for, because you are not allowed to get it';
  }
  if (!object) return 'is missing';
  const definition = definitionIn(object);
  const present = definition
    ? definition.kinds.map(({ apiVersion, kind: served }) => `${apiVersion.slice(apiVersion.indexOf('/') + 1)}/${served}`)
    : Object.keys({ ...(object['data'] as object | undefined) });
  const absent = keys.filter((wanted) => !present.includes(wanted));
  return absent.length === 0 ? undefined : `lacks ${absent.join(', ')}`;
}
