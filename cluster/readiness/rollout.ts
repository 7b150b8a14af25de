import { type State, waiting } from './readiness';

export interface Rollout {
  /** In the plural: `replicas`. */
  readonly noun: string;
  readonly wanted: number;
  /** That serve, of whatever revision. */
  readonly ready: number;
  /** That are of the last revision, whether they serve or not. */
  readonly updated: number;
  /** All that are there. */
  readonly present?: number;
}

/** Waiting while some are missing, outdated or too many. */
export function rolledOut({ noun, wanted, ready, updated, present = wanted }: Rollout): State | undefined {
  if (ready < wanted) return waiting(`${ready} of ${wanted} ${noun} are ready`);
  if (updated < wanted) return waiting(`${updated} of ${wanted} ${noun} are updated`);
  if (present > wanted) return waiting(`${present - wanted} of ${present} ${noun} have to go yet`);
  return undefined;
}
