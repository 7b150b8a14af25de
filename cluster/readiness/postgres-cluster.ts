import { listOf, valueAt } from '../../manifests/fields';
import type { LiveObject } from '../objects/live-object';
import { currentCondition, isTrue, saying, unobserved } from './conditions';
import { countAt, numberAt, textAt } from './fields';
import { failed, READY, type State, waiting } from './readiness';
import { rolledOut } from './rollout';

/** In the order in which they come true. Each with what is going on until then. */
const BACKUPS = [
  ['PGBackRestRepoHostReady', 'waits for its backup repository'],
  ['PGBackRestReplicaRepoReady', 'waits for its backup repository to be set up'],
  ['PGBackRestReplicaCreate', 'waits for its first backup'],
] as const;

/**
 * By what PGO writes, which has no condition for all of it: that it has seen this generation (which alone says little: it writes that also
 * when a later step failed), all instances of all sets, the first backup and PgBouncer where the spec asks for them. The users' Secrets are
 * in the contract. https://github.com/CrunchyData/postgres-operator/blob/main/internal/controller/postgrescluster/controller.go
 */
export function postgresCluster(object: LiveObject): State {
  if (object['status'] === undefined) return waiting('PGO has not taken it up yet');
  return paused(object) ?? unobserved(object, 'never') ?? instances(object) ?? backups(object) ?? pgBouncer(object) ?? READY;
}

/** PGO has this condition only while it does nothing: on demand, or until somebody allows that backups are taken away. */
function paused(object: LiveObject): State | undefined {
  const progressing = currentCondition(object, 'Progressing');
  return progressing?.status === 'False' && progressing.reason === 'Paused' ? failed(`is paused: ${saying(progressing)}`) : undefined;
}

function instances(object: LiveObject): State | undefined {
  const found = listOf(valueAt(object, 'status', 'instances'));
  const sets = listOf(valueAt(object, 'spec', 'instances')).map((set, index) => {
    // The name that PGO gives to a set without one.
    const name = textAt(set, 'name') || String(index).padStart(2, '0');
    const status = found.find((candidate) => textAt(candidate, 'name') === name);
    const wanted = shutDown(object) ? 0 : (numberAt(set, 'replicas') ?? 1);
    // What one set has too many, another may lack.
    return {
      wanted,
      ready: Math.min(countAt(status, 'readyReplicas'), wanted),
      updated: Math.min(countAt(status, 'updatedReplicas'), wanted),
      present: Math.max(countAt(status, 'replicas'), wanted),
    };
  });
  const sum = (field: 'wanted' | 'ready' | 'updated' | 'present'): number => sets.reduce((total, set) => total + set[field], 0);
  return rolledOut({ noun: 'instances', wanted: sum('wanted'), ready: sum('ready'), updated: sum('updated'), present: sum('present') });
}

function backups(object: LiveObject): State | undefined {
  if (valueAt(object, 'spec', 'backups', 'pgbackrest') === undefined || shutDown(object)) return undefined;
  if (isTrue(object, 'PGBackRestReplicaCreate')) return undefined;
  // Without a volume there is no repository of its own, and no such condition.
  const [, what] = BACKUPS.find(([type]) => currentCondition(object, type)?.status === 'False') ?? BACKUPS[2];
  return waiting(what);
}

function pgBouncer(object: LiveObject): State | undefined {
  if (valueAt(object, 'spec', 'proxy', 'pgBouncer') === undefined || shutDown(object)) return undefined;
  return isTrue(object, 'ProxyAvailable') ? undefined : waiting('waits for its PgBouncer');
}

function shutDown(object: LiveObject): boolean {
  return valueAt(object, 'spec', 'shutdown') === true;
}
