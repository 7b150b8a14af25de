import { valueAt } from '../../manifests/fields';
import { groupKindOf, formatKey, keyOf, type Kind, type ObjectKey, type Manifest } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';
import type { ReleaseContent } from '../helm/release-secret';
import { type ReadinessContext, READY, type Readiness, type State, waiting } from './readiness';
import { allOf } from './several';

/** What is known of other kinds, for a kind that stands for objects of any. */
export interface Rules {
  readonly hasRule: (kind: Kind) => boolean;
  readonly readinessOf: Readiness;
}

/** Kinds with a rule that are in no namespace. */
const IN_NO_NAMESPACE = ['APIService', 'ClusterIssuer', 'CustomResourceDefinition'];

/** Whether all is ready that a release made. Of kinds that have no rule of their own this is taken for granted, and nothing is read. */
export async function workloadsOf({ objects }: ReleaseContent, namespace: string, look: ReadinessContext, rules: Rules): Promise<State> {
  const states = objects.filter(rules.hasRule).map(async (manifest) => {
    const key = { ...keyOf(manifest), ...(!isInNoNamespace(manifest) && { namespace: manifest.metadata.namespace ?? namespace }) };
    const object = await find(key, look);
    if (object === undefined) return goesByItself(manifest) ? READY : waiting(`${formatKey(key)} is not there`);
    const state = await rules.readinessOf(object, look);
    return state.state === 'ready' ? state : { ...state, reason: `${formatKey(key)}: ${state.reason}` };
  });
  return allOf(await Promise.all(states));
}

/** Read together with the others of its kind and namespace. Definitions are large and many: each alone. */
async function find(key: ObjectKey, look: ReadinessContext): Promise<LiveObject | undefined> {
  const { apiVersion, kind, namespace, name } = key;
  if (namespace === undefined) return look.get(key);
  const all = await look.list({ apiVersion, kind }, { namespace });
  return all.find(({ metadata }) => metadata.name === name);
}

function isInNoNamespace({ kind }: Kind): boolean {
  return IN_NO_NAMESPACE.includes(kind);
}

/** A Job that has done its work may ask to be taken away. */
function goesByItself(manifest: Manifest): boolean {
  return groupKindOf(manifest) === 'Job.batch' && valueAt(manifest, 'spec', 'ttlSecondsAfterFinished') !== undefined;
}
