import { valueAt } from '../../manifests/fields';
import type { LiveObject } from '../objects/live-object';
import { byReadyCondition } from './by-conditions';
import { textAt } from './fields';
import { failed, type ReadinessContext, READY, type State, waiting } from './readiness';

/** Kustomizations and sources of Flux. Flux retries failures without end, unless the object is Stalled. */
export function fluxObject(object: LiveObject): State {
  if (valueAt(object, 'spec', 'suspend') === true) return failed('is suspended: Flux does not reconcile it until spec.suspend is false');
  return byReadyCondition(object);
}

/** Flux does not reconcile a HelmRepository of type oci: it is only an address. */
export function helmRepository(object: LiveObject): State {
  return textAt(object, 'spec', 'type') === 'oci' ? READY : fluxObject(object);
}

const SOURCE_API = 'source.toolkit.fluxcd.io/v1';

/**
 * Ready means that Helm has installed this spec and that its workloads became ready. What the chart is fetched from is not part of the spec where an
 * OCIRepository or a GitRepository has it: after a change of that, the HelmRelease stays Ready with the chart before for a while.
 */
export async function helmRelease(object: LiveObject, context: ReadinessContext): Promise<State> {
  const state = fluxObject(object);
  const reference = valueAt(object, 'spec', 'chartRef') ?? valueAt(object, 'spec', 'chart', 'spec', 'sourceRef');
  const [kind = '', name = ''] = [textAt(reference, 'kind'), textAt(reference, 'name')];
  if (state.state !== 'ready' || !['OCIRepository', 'GitRepository'].includes(kind)) return state;
  const namespace = textAt(reference, 'namespace') ?? object.metadata.namespace ?? '';
  const source = await context.get({ apiVersion: SOURCE_API, kind, namespace, name });
  if (source === undefined) return waiting(`${kind} ${namespace}/${name} is not found`);
  const fetched = fluxObject(source);
  if (fetched.state !== 'ready') return waiting(`${kind} ${namespace}/${name}: ${fetched.reason}`);
  // `1.2.3+` and the first digits of what was fetched; `1.2.3@sha256:…` or `v1.2.3@sha1:…`.
  const [, installed] = /\+([0-9a-f]{12})$/.exec(textAt(object, 'status', 'lastAttemptedRevision') ?? '') ?? [];
  const [, wanted] = /@sha(?:1|256):([0-9a-f]{12})/.exec(textAt(source, 'status', 'artifact', 'revision') ?? '') ?? [];
  return installed === undefined || wanted === undefined || installed === wanted ? READY : waiting('its new chart is not installed yet');
}
