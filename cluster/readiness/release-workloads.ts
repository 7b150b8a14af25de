import { isClusterScoped } from '../../manifests/built-in-kinds';
import { valueAt } from '../../manifests/fields';
import { groupKindOf, formatKey, keyOf, type Kind, type ObjectKey, type Manifest } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';
import type { ReleaseContent } from '../helm/release-secret';
import { type ReadinessContext, READY, type Readiness, type State, waiting, worstOf } from './readiness';

/** The rules of all kinds, for a kind that stands for objects of any kind. */
export interface Rules {
  readonly hasRule: (kind: Kind) => boolean;
  readonly readinessOf: Readiness;
}

/** Whether all objects of a release are ready. Those of a kind without a rule count as ready and are not read. */
export async function workloadsOf({ objects }: ReleaseContent, namespace: string, context: ReadinessContext, rules: Rules): Promise<State> {
  const states = objects.filter(rules.hasRule).map(async (manifest) => {
    const key = { ...keyOf(manifest), ...(!isClusterScoped(manifest) && { namespace: manifest.metadata.namespace ?? namespace }) };
    const object = await find(key, context);
    if (object === undefined) return isDeletedByTtl(manifest) ? READY : waiting(`${formatKey(key)} is not found`);
    const state = await rules.readinessOf(object, context);
    return state.state === 'ready' ? state : { ...state, reason: `${formatKey(key)}: ${state.reason}` };
  });
  return worstOf(await Promise.all(states));
}

/** Lists the kind in the namespace once for all. CRDs are large and many: each is read alone. */
async function find(key: ObjectKey, context: ReadinessContext): Promise<LiveObject | undefined> {
  const { apiVersion, kind, namespace, name } = key;
  if (namespace === undefined) return context.get(key);
  const all = await context.list({ apiVersion, kind }, { namespace });
  return all.find(({ metadata }) => metadata.name === name);
}

/** A complete Job with ttlSecondsAfterFinished is deleted by Kubernetes. */
function isDeletedByTtl(manifest: Manifest): boolean {
  return groupKindOf(manifest) === 'Job.batch' && valueAt(manifest, 'spec', 'ttlSecondsAfterFinished') !== undefined;
}
