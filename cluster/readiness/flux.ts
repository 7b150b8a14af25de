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

/**
 * Ready means that Helm has installed this spec and that its workloads became ready. The chart is not part of the spec where an OCIRepository
 * has it: after a change of that, the HelmRelease stays Ready with the chart before for a while.
 */
export async function helmRelease(object: LiveObject, context: ReadinessContext): Promise<State> {
  const state = fluxObject(object);
  if (state.state !== 'ready' || textAt(object, 'spec', 'chartRef', 'kind') !== 'OCIRepository') return state;
  const source = await context.get({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    namespace: textAt(object, 'spec', 'chartRef', 'namespace') ?? object.metadata.namespace ?? '',
    name: textAt(object, 'spec', 'chartRef', 'name') ?? '',
  });
  const [, installed] = /\+([0-9a-f]{12})$/.exec(textAt(object, 'status', 'lastAttemptedRevision') ?? '') ?? [];
  const [, wanted] = /@sha256:([0-9a-f]{12})/.exec(textAt(source, 'status', 'artifact', 'revision') ?? '') ?? [];
  return installed === undefined || wanted === undefined || installed === wanted ? READY : waiting('its new chart is not installed yet');
}
