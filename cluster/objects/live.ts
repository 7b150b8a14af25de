import { type Manifest, idOf, keyOf, type ObjectKey } from '../../manifests/manifest';
import type { LiveObject } from './live-object';
import { ENVIRONMENT_LABEL } from '../../manifests/contract';
import type { Cluster } from '../api/cluster';

/** Objects as they are on the cluster. */
export type LiveObjects = ReadonlyMap<string, LiveObject>;

/** The object that a manifest of dist describes goes where kubectl would put it. Which kinds have a namespace only the cluster knows. */
export async function withDefaultNamespace(cluster: Cluster, manifest: Manifest): Promise<Manifest> {
  if (manifest.metadata.namespace !== undefined) return manifest;
  const resource = await cluster.resource(manifest);
  if (!resource?.namespaced) return manifest;
  return { ...manifest, metadata: { ...manifest.metadata, namespace: cluster.namespace } };
}

/** Where an object lies among others of its kind: what one list shows. */
export function collectionOf({ apiVersion, kind, namespace = '' }: ObjectKey): string {
  return `${apiVersion} ${kind} ${namespace}`;
}

/** Those of an environment's objects that are on the cluster: one question for each kind and namespace. */
export async function readLabelled(cluster: Cluster, environment: string, objects: readonly ObjectKey[]): Promise<Map<string, LiveObject>> {
  const places = new Map(objects.map((object) => [collectionOf(object), object]));
  const labels = `${ENVIRONMENT_LABEL}=${environment}`;
  const lists = await Promise.all(
    [...places.values()].map(({ apiVersion, kind, namespace }) =>
      cluster.list({ apiVersion, kind }, { labels, ...(namespace !== undefined && { namespace }) }),
    ),
  );
  return new Map(lists.flat().map((object) => [idOf(keyOf(object)), object]));
}

/**
 * The objects that exist on the cluster. Lists by label come first; an object without the label, because another client created it or removed the
 * label, is read by its name.
 */
export async function readLive(cluster: Cluster, environment: string, objects: readonly ObjectKey[]): Promise<LiveObjects> {
  const live = await readLabelled(cluster, environment, objects);
  const others = objects.filter((object) => !live.has(idOf(object)));
  for (const object of await readByName(cluster, others)) live.set(idOf(keyOf(object)), object);
  return live;
}

/** From this many objects of one kind and namespace on, their names are listed first: before a first deployment, none of them exists. */
const MANY = 5;

/** The objects of these keys that exist, with the label or without. */
export async function readByName(cluster: Cluster, keys: readonly ObjectKey[]): Promise<LiveObject[]> {
  const collections = new Map<string, ObjectKey[]>();
  for (const key of keys) {
    const known = collections.get(collectionOf(key));
    if (known) known.push(key);
    else collections.set(collectionOf(key), [key]);
  }
  const existing = await Promise.all([...collections.values()].map((each) => (each.length < MANY ? each : namedIn(cluster, each))));
  const found = await Promise.all(existing.flat().map((key) => cluster.get(key)));
  return found.filter((object) => object !== undefined);
}

/** Those of the keys of one collection whose names are there; all of them where it has so many others that a list takes longer. */
async function namedIn(cluster: Cluster, keys: readonly ObjectKey[]): Promise<readonly ObjectKey[]> {
  const [{ apiVersion = '', kind = '', namespace } = {}] = keys;
  const most = 10 * Math.max(keys.length, 50);
  const names = await cluster.existingNames({ apiVersion, kind }, { most, ...(namespace !== undefined && { namespace }) });
  return names ? keys.filter(({ name }) => names.has(name)) : keys;
}

/** Reads objects again, by id; without those that no longer exist. Objects with the label are listed as above, others are read by name. */
export async function readAgain(cluster: Cluster, objects: readonly LiveObject[]): Promise<LiveObjects> {
  const labelled = new Map<string, LiveObject[]>();
  for (const object of objects) {
    const environment = object.metadata.labels?.[ENVIRONMENT_LABEL] ?? '';
    labelled.set(environment, [...(labelled.get(environment) ?? []), object]);
  }
  const { '': others = [], ...environments } = Object.fromEntries(labelled);
  const lists = await Promise.all(
    Object.entries(environments).map(([environment, each]) => readLabelled(cluster, environment, each.map(keyOf))),
  );
  const found = [
    ...lists.flatMap((list) => [...list.values()]),
    ...(await Promise.all(others.map((object) => cluster.get(keyOf(object))))),
  ];
  return new Map(found.flatMap((object) => (object ? [[idOf(keyOf(object)), object] as const] : [])));
}
