import { type State, waiting } from './readiness';

export interface Rollout {
  /** In the plural: `replicas`. */
  readonly noun: string;
  readonly wanted: number;
  /** Ready ones of any revision. */
  readonly ready: number;
  /** Those of the last revision, ready or not. */
  readonly updated: number;
  /** All that exist. */
  readonly present?: number;
}

/** Waiting while some are missing, of an older revision or too many. */
export function rolledOut({ noun, wanted, ready, updated, present = wanted }: Rollout): State | undefined {
  if (ready < wanted) return waiting(`${ready} of ${wanted} ${noun} are ready`);
  if (updated < wanted) return waiting(`${updated} of ${wanted} ${noun} are updated`);
  if (present > wanted) return waiting(`${present - wanted} of ${present} ${noun} are pending termination`);
  return undefined;
}
