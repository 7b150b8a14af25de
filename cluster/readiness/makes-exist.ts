import { builtInVersions } from '../../manifests/built-in-kinds';
import { listOf, valueAt } from '../../manifests/fields';
import type { Reference } from '../../manifests/reference';
import { formatKey, type ObjectKey } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';
import { contractOf } from '../../manifests/contract';
import { customResourceDefinition } from './custom-resource-definition';
import { textAt } from './fields';
import { allOf } from './several';
import { type ReadinessContext, READY, type State, waiting } from './readiness';

/** Kinds that contracts name without a namespace because they are in none. All others are in the namespace of who makes them, if not said. */
const IN_NO_NAMESPACE = ['CustomResourceDefinition', 'IngressClass', 'StorageClass', 'Namespace', 'ClusterRole', 'ClusterRoleBinding'];

/** Whether all is there that comes to be because of an object, as its contract says: what comes later may need it. */
export async function makesExist(object: LiveObject, look: ReadinessContext): Promise<State> {
  const states = (contractOf(object).makes ?? []).map(async (reference) => {
    // A contract says no version. A kind that Kubernetes does not bring has any, so it cannot be looked for.
    const [apiVersion] = builtInVersions(reference.kind);
    if (apiVersion === undefined) return READY;
    const key = keyOf(apiVersion, reference, object.metadata.namespace);
    return there(formatKey(key), await look.get(key), reference);
  });
  return allOf(await Promise.all(states));
}

function keyOf(apiVersion: string, { kind, namespace, name }: Reference, home: string | undefined): ObjectKey {
  const into = IN_NO_NAMESPACE.includes(kind) ? undefined : (namespace ?? home);
  return { apiVersion, kind, ...(into !== undefined && { namespace: into }), name };
}

function there(name: string, object: LiveObject | undefined, { kind, keys = [] }: Reference): State {
  if (object === undefined) return waiting(`${name} is not there yet`);
  if (kind === 'Secret' || kind === 'ConfigMap') return holds(name, object, keys);
  if (kind === 'CustomResourceDefinition') return serves(name, object, keys);
  return READY;
}

function holds(name: string, object: LiveObject, keys: readonly string[]): State {
  const missing = keys.filter((key) => valueAt(object, 'data', key) === undefined && valueAt(object, 'binaryData', key) === undefined);
  return missing.length === 0 ? READY : waiting(`${name} has no ${missing.join(', ')} yet`);
}

/** The keys of a definition are what it serves, as `version/Kind`. */
function serves(name: string, object: LiveObject, keys: readonly string[]): State {
  const state = customResourceDefinition(object);
  if (state.state !== 'ready') return { ...state, reason: `${name}: ${state.reason}` };
  const kind = textAt(object, 'spec', 'names', 'kind') ?? '';
  const versions = listOf(valueAt(object, 'spec', 'versions')).filter((version) => valueAt(version, 'served') === true);
  const served = versions.map((version) => `${textAt(version, 'name') ?? ''}/${kind}`);
  const missing = keys.filter((key) => !served.includes(key));
  return missing.length === 0 ? READY : waiting(`${name} does not serve ${missing.join(', ')}`);
}
