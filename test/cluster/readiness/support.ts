import type { ListOptions } from '../../../cluster/api/cluster';
import { idOf, keyOf, type Kind, type Manifest } from '../../../manifests/manifest';
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

/** The HelmChart of PGO, as dist has it. */
const OPERATOR: Manifest = {
  apiVersion: 'helm.cattle.io/v1',
  kind: 'HelmChart',
  metadata: { name: 'pgo', namespace: 'kube-system' },
  spec: { chart: 'oci://registry.developers.crunchydata.com/crunchydata/pgo', version: '5.8.7', targetNamespace: 'crunchy-pgo' },
};

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

/** A cluster that has just these objects, and an environment with operators of these kinds. */
export function contextOf(cluster: readonly LiveObject[], operated: readonly string[] = []): ReadinessContext {
  const byId = new Map(cluster.map((object) => [idOf(keyOf(object)), object]));
  return {
    get: (key) => Promise.resolve(byId.get(idOf(key))),
    list: (kind, options) => Promise.resolve(cluster.filter((object) => isListed(object, kind, options))),
    operatorsOf: ({ kind }) => (operated.includes(kind) ? [OPERATOR] : []),
  };
}

function isListed(object: LiveObject, { apiVersion, kind }: Kind, { namespace, labels = '' }: ListOptions = {}): boolean {
  const wanted = labels === '' ? [] : labels.split(',').map((label) => label.split('='));
  return (
    object.apiVersion === apiVersion &&
    object.kind === kind &&
    (namespace === undefined || object.metadata.namespace === namespace) &&
    wanted.every(([name = '', value = object.metadata.labels?.[name] ?? '-']) => object.metadata.labels?.[name] === value)
  );
}

/** `ready`, `waiting: 1 of 2 replicas are ready` or `failed: …`. */
export async function stateOf(object: LiveObject, cluster: readonly LiveObject[] = [], operated: readonly string[] = []): Promise<string> {
  const state = await readinessOf(object, contextOf(cluster, operated));
  return state.state === 'ready' ? 'ready' : `${state.state}: ${state.reason}`;
}
