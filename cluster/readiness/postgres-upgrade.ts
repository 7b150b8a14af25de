import { valueAt } from '../../manifests/fields';
import type { LiveObject } from '../objects/live-object';
import { numberAt } from './fields';
import { pgUpgrade } from './pg-upgrade';
import { failed, type ReadinessContext, type State, waiting } from './readiness';

/** PGO's annotation of a cluster that may be upgraded: the name of the PGUpgrade. */
const ALLOW_UPGRADE = 'postgres-operator.crunchydata.com/allow-upgrade';

/**
 * A cluster that is shut down for its PGUpgrade: waiting until that has succeeded. After that only another spec starts it, so that it is failed, with
 * the next step. Undefined for other clusters.
 */
export async function postgresUpgrade(cluster: LiveObject, context: ReadinessContext): Promise<State | undefined> {
  const { namespace = '', name, annotations } = cluster.metadata;
  const upgradeName = annotations?.[ALLOW_UPGRADE];
  if (upgradeName === undefined || valueAt(cluster, 'spec', 'shutdown') !== true) return undefined;
  const upgrade = await context.get({ apiVersion: cluster.apiVersion, kind: 'PGUpgrade', namespace, name: upgradeName });
  if (upgrade === undefined || (await pgUpgrade(upgrade, context)).state !== 'ready')
    return waiting(`is shut down until PGUpgrade ${upgradeName} has succeeded`);
  const version = numberAt(upgrade, 'spec', 'toPostgresVersion') ?? 0;
  const image = valueAt(cluster, 'spec', 'image') === undefined ? '' : ', set image to one of this version or remove it';
  return failed(
    `its files are upgraded to PostgreSQL ${version}, and it is still shut down. Next: set version: ${version} for ${name} in the environment` +
      `${image}, remove upgrade, and deploy again`,
  );
}
