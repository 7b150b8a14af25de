import { dataOf, targetsOf } from '../delete/target';
import { type Dist, selectStages } from '../dist';
import { Inventory } from '../inventory';
import { readLive } from '../objects/live';
import { CachedReader } from './cached-reader';
import { idOf, formatKey } from '../../manifests/manifest';
import { readinessOf } from './';
import type { Session } from '../session';

/** The state of an object of an environment. */
export interface ObjectStatus {
  readonly stage: string;
  readonly object: string;
  readonly state: 'ready' | 'waiting' | 'failed' | 'missing' | 'left over';
  readonly reason: string;
}

/** Every object of the environment, in the order of stages: those in dist, and those that were in it and still exist. */
export async function status(session: Session, dist: Dist, stages: readonly string[]): Promise<ObjectStatus[]> {
  const { cluster } = session;
  const inventory = await Inventory.read(cluster, dist.environment);
  const targets = await targetsOf(cluster, dist, inventory);
  const selected = new Set(
    selectStages(
      [...new Set(targets.map(({ stage }) => stage))].map((name) => ({ name })),
      stages,
    ).map(({ name }) => name),
  );
  const shown = targets.filter(({ stage }) => selected.has(stage));
  const live = await readLive(
    cluster,
    dist.environment,
    shown.map(({ key }) => key),
  );
  const round = new CachedReader(
    cluster,
    targets.flatMap(({ manifest }) => (manifest ? [manifest] : [])),
  );
  const statuses = await Promise.all(
    shown.map(async ({ stage, key, inDist, manifest }): Promise<ObjectStatus[]> => {
      const line = { stage, object: formatKey(key) };
      const object = live.get(idOf(key));
      if (!inDist) return object ? [{ ...line, state: 'left over', reason: leftOver(manifest && dataOf(manifest)) }] : [];
      if (!object) return [{ ...line, state: 'missing', reason: 'not found: deploy creates it' }];
      const state = await readinessOf(object, round);
      return [{ ...line, state: state.state, reason: state.state === 'ready' ? '' : state.reason }];
    }),
  );
  return statuses.flat();
}

function leftOver(data: string | undefined): string {
  return `is no longer in dist: ${data === undefined ? 'the next deploy takes it away' : `holds data (${data}), so it stays unless deploy is told --delete-data`}`;
}
