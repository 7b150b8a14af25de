import type { ListOptions } from '../../../cluster/api/cluster';
import { idOf, keyOf, type Kind } from '../../../manifests/manifest';
import type { Condition, LiveObject } from '../../../cluster/objects/live-object';
import { readinessOf } from '../../../cluster/readiness';
import type { ReadinessContext } from '../../../cluster/readiness/readiness';

interface Parts {
  readonly namespace?: string;
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Of metadata. */
  readonly more?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

let count = 0;

/** An object of generation 2, so that there is an older one. `live('apps/v1 Deployment', { spec, status })` */
export function live(what: string, { namespace = 'cvat', name = 'it', labels, annotations, more, ...fields }: Parts = {}): LiveObject {
  const [apiVersion = '', kind = ''] = what.split(' ');
  const metadata = {
    name,
    ...(namespace !== '' && { namespace }),
    ...(labels && { labels }),
    ...(annotations && { annotations }),
    uid: `uid-${count++}`,
    resourceVersion: '1',
    generation: 2,
    ...more,
  };
  return { apiVersion, kind, metadata, ...fields };
}

export function condition(type: string, status: Condition['status'], more: Partial<Condition> = {}): Condition {
  return { type, status, ...more };
}

/** A cluster that has just these objects. What is not served is not there. */
export function lookAt(cluster: readonly LiveObject[], operated: readonly string[] = []): ReadinessContext {
  const byId = new Map(cluster.map((object) => [idOf(keyOf(object)), object]));
  return {
    get: (key) => Promise.resolve(byId.get(idOf(key))),
    list: (kind, options) => Promise.resolve(cluster.filter((object) => isListed(object, kind, options))),
    isOperated: ({ kind }) => operated.includes(kind),
  };
}

function isListed(object: LiveObject, { apiVersion, kind }: Kind, { namespace, labels = '' }: ListOptions = {}): boolean {
  const wanted = labels === '' ? [] : labels.split(',').map((label) => label.split('='));
  return (
    object.apiVersion === apiVersion &&
    object.kind === kind &&
    (namespace === undefined || object.metadata.namespace === namespace) &&
    wanted.every(([name = '', value]) => object.metadata.labels?.[name] === value)
  );
}

/** `ready`, `waiting: 1 of 2 replicas are ready` or `failed: …`. */
export async function stateOf(object: LiveObject, cluster: readonly LiveObject[] = [], operated: readonly string[] = []): Promise<string> {
  const state = await readinessOf(object, lookAt(cluster, operated));
  return state.state === 'ready' ? 'ready' : `${state.state}: ${state.reason}`;
}
