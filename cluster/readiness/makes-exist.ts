import { builtInVersions, isClusterScoped } from '../../manifests/built-in-kinds';
import { listOf, valueAt } from '../../manifests/fields';
import type { Reference } from '../../manifests/reference';
import { formatKey, type ObjectKey } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';
import { contractOf } from '../../manifests/contract';
import { customResourceDefinition } from './custom-resource-definition';
import { textAt } from './fields';
import { type ReadinessContext, READY, type State, waiting, worstOf } from './readiness';

/** Whether everything exists that an object makes by its contract: later stages may need it. */
export async function makesExist(object: LiveObject, context: ReadinessContext): Promise<State> {
  const states = (contractOf(object).makes ?? []).map(async (reference) => {
    // A contract names no version. That of a custom resource is unknown, so it is not checked.
    const [apiVersion] = builtInVersions(reference.kind);
    if (apiVersion === undefined) return READY;
    const { kind, name } = reference;
    const namespace = isClusterScoped(reference) ? undefined : (reference.namespace ?? object.metadata.namespace);
    const key: ObjectKey = { apiVersion, kind, ...(namespace !== undefined && { namespace }), name };
    return existsAsMade(formatKey(key), await context.get(key), reference);
  });
  return worstOf(await Promise.all(states));
}

function existsAsMade(name: string, object: LiveObject | undefined, { kind, keys = [] }: Reference): State {
  if (object === undefined) return waiting(`${name} does not exist yet`);
  if (kind === 'Secret' || kind === 'ConfigMap') return hasKeys(name, object, keys);
  if (kind === 'CustomResourceDefinition') return serves(name, object, keys);
  return READY;
}

function hasKeys(name: string, object: LiveObject, keys: readonly string[]): State {
  const missing = keys.filter((key) => valueAt(object, 'data', key) === undefined && valueAt(object, 'binaryData', key) === undefined);
  return missing.length === 0 ? READY : waiting(`${name} lacks ${missing.join(', ')}`);
}

/** The keys of a CRD are what it serves, as `version/Kind`. */
function serves(name: string, object: LiveObject, keys: readonly string[]): State {
  const state = customResourceDefinition(object);
  if (state.state !== 'ready') return { ...state, reason: `${name}: ${state.reason}` };
  const kind = textAt(object, 'spec', 'names', 'kind') ?? '';
  const versions = listOf(valueAt(object, 'spec', 'versions')).filter((version) => valueAt(version, 'served') === true);
  const served = versions.map((version) => `${textAt(version, 'name') ?? ''}/${kind}`);
  const missing = keys.filter((key) => !served.includes(key));
  return missing.length === 0 ? READY : waiting(`${name} does not serve ${missing.join(', ')}`);
}
