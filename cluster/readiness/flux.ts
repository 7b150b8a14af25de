import { valueAt } from '../../manifests/fields';
import type { LiveObject } from '../objects/live-object';
import { byReadyCondition } from './by-conditions';
import { textAt } from './fields';
import { failed, type ReadinessContext, READY, type State, waiting } from './readiness';

/** Kustomizations and sources of Flux. What fails is tried again for ever, unless it says that it is Stalled. */
export function fluxObject(object: LiveObject): State {
  if (valueAt(object, 'spec', 'suspend') === true) return failed('is suspended, and Flux leaves it alone until spec.suspend is false');
  return byReadyCondition(object);
}

/** A repository in a registry is an address, and nobody looks at it. */
export function helmRepository(object: LiveObject): State {
  return textAt(object, 'spec', 'type') === 'oci' ? READY : fluxObject(object);
}

/**
 * Ready says whether Helm installed this spec and its workloads came up. The chart is not part of the spec where an OCIRepository has it:
 * that one's change leaves the HelmRelease ready with the chart before.
 */
export async function helmRelease(object: LiveObject, look: ReadinessContext): Promise<State> {
  const state = fluxObject(object);
  if (state.state !== 'ready' || textAt(object, 'spec', 'chartRef', 'kind') !== 'OCIRepository') return state;
  const source = await look.get({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    namespace: textAt(object, 'spec', 'chartRef', 'namespace') ?? object.metadata.namespace ?? '',
    name: textAt(object, 'spec', 'chartRef', 'name') ?? '',
  });
  const [, installed] = /\+([0-9a-f]{12})$/.exec(textAt(object, 'status', 'lastAttemptedRevision') ?? '') ?? [];
  const [, wanted] = /@sha256:([0-9a-f]{12})/.exec(textAt(source, 'status', 'artifact', 'revision') ?? '') ?? [];
  return installed === undefined || wanted === undefined || installed === wanted ? READY : waiting('its new chart is not installed yet');
}
