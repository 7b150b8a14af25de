import { dataOf, targetsOf } from '../delete/target';
import { type Dist, selectStages } from '../dist';
import { notOursReason } from '../delete/not-ours';
import { OwnershipCheck } from '../deploy/ownership-check';
import { refuseOtherEnvironment } from '../deploy/preflight';
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
  const inventory = await Inventory.read(cluster, dist.environment, session.installation);
  await refuseOtherEnvironment(cluster, dist, dist.stages, inventory);
  const ownership = new OwnershipCheck(cluster, dist, inventory, { adopt: [] }, session.context);
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
      if (!inDist)
        return object
          ? [
              {
                ...line,
                state: 'left over',
                reason: leftOver(manifest && dataOf(manifest), notOursReason(object, dist.environment, inventory.noteOf(key))),
              },
            ]
          : [];
      if (!object) return [{ ...line, state: 'missing', reason: 'not found: deploy creates it' }];
      const decision = manifest && (await ownership.decide(manifest, object));
      if (decision?.action === 'refuse') return [{ ...line, state: 'failed', reason: decision.reason }];
      const state = await readinessOf(object, round);
      return [{ ...line, state: state.state, reason: state.state === 'ready' ? '' : state.reason }];
    }),
  );
  return statuses.flat();
}

function leftOver(data: string | undefined, notOurs: string | undefined): string {
  if (notOurs !== undefined) return `is no longer in dist, and is kept: ${notOurs}`;
  return `is no longer in dist: ${data === undefined ? 'the next deploy prunes it' : `holds data (${data}), so deploy keeps it without --delete-data`}`;
}
