import { listOf, valueAt } from '../../manifests/fields';
import { conditionOf, type LiveObject } from '../objects/live-object';
import { notObserved } from './conditions';
import { numberAt, textAt } from './fields';
import { podProblem } from './pod-problem';
import { imageNotApplied, instanceSetNotApplied, type PostgresImages } from './postgres-template';
import type { ReadinessContext, State } from './readiness';
import { rolledOut } from './rollout';

/** A label or annotation of PGO. */
export const label = (name: string): string => `postgres-operator.crunchydata.com/${name}`;

/** The StatefulSet controller labels a pod with the revision that it was created from. */
const REVISION = 'controller-revision-hash';

/** The objects of a kind that belong to a cluster. */
export function listOfCluster({ metadata }: LiveObject, kind: string, context: ReadinessContext): Promise<readonly LiveObject[]> {
  const { namespace = '', name } = metadata;
  const apiVersion = { StatefulSet: 'apps/v1', CronJob: 'batch/v1' }[kind] ?? 'v1';
  return context.list({ apiVersion, kind }, { namespace, labels: `${label('cluster')}=${name}` });
}

/**
 * Waiting until every instance runs in a pod of its StatefulSet's last revision. Each instance has a StatefulSet of its own with the update
 * strategy OnDelete, whose pod PGO replaces: the counts of PGO and of the StatefulSet alone say less than the pods.
 */
export async function postgresInstances(
  cluster: LiveObject,
  images: PostgresImages,
  context: ReadinessContext,
): Promise<State | undefined> {
  const [statefulSets, allPods] = await Promise.all([
    listOfCluster(cluster, 'StatefulSet', context),
    listOfCluster(cluster, 'Pod', context),
  ]);
  const sets = statefulSets.filter((set) => labelOf(set, 'instance-set') !== undefined);
  const pods = allPods.filter((pod) => labelOf(pod, 'instance-set') !== undefined);
  const outdated = sets.map(
    (set) =>
      imageNotApplied(set, 'database', images.postgres) ??
      instanceSetNotApplied(set, instanceSetOf(cluster, set)) ??
      notObserved(set, { always: true }),
  );
  const first = outdated.find((state) => state !== undefined);
  if (first !== undefined) return first;

  const counts = wantedSets(cluster).map(({ name, wanted }) => {
    const own = pods.filter((pod) => labelOf(pod, 'instance-set') === name);
    const count = (test: (pod: LiveObject) => boolean): number => Math.min(own.filter(test).length, wanted);
    // A set with too many does not make up for another one.
    return { wanted, ready: count(isReady), updated: count((pod) => isUpdated(pod, sets)), present: Math.max(own.length, wanted) };
  });
  const others = pods.filter((pod) => !wantedSets(cluster).some(({ name }) => name === labelOf(pod, 'instance-set'))).length;
  const sum = (field: 'wanted' | 'ready' | 'updated' | 'present'): number => counts.reduce((total, set) => total + set[field], 0);
  const state = rolledOut({
    noun: 'instances',
    wanted: sum('wanted'),
    ready: sum('ready'),
    updated: sum('updated'),
    present: sum('present') + others,
  });
  return state?.state === 'waiting' ? { ...state, reason: `${state.reason}${problemOf(pods)}` } : state;
}

/** PGO gives a set without a name the one of its position. */
const nameOf = (set: unknown, index: number): string => textAt(set, 'name') || String(index).padStart(2, '0');

function instanceSetOf({ spec }: LiveObject, set: LiveObject): unknown {
  return listOf(valueAt(spec, 'instances')).find((each, index) => nameOf(each, index) === labelOf(set, 'instance-set'));
}

function wantedSets({ spec }: LiveObject): { readonly name: string; readonly wanted: number }[] {
  return listOf(valueAt(spec, 'instances')).map((set, index) => ({
    name: nameOf(set, index),
    wanted: valueAt(spec, 'shutdown') === true ? 0 : (numberAt(set, 'replicas') ?? 1),
  }));
}

function labelOf({ metadata }: LiveObject, name: string): string | undefined {
  return metadata.labels?.[label(name)];
}

function isReady(pod: LiveObject): boolean {
  return pod.metadata.deletionTimestamp === undefined && conditionOf(pod, 'Ready')?.status === 'True';
}

function isUpdated(pod: LiveObject, sets: readonly LiveObject[]): boolean {
  const set = sets.find((each) => labelOf(each, 'instance') === labelOf(pod, 'instance'));
  const revision = textAt(set, 'status', 'updateRevision');
  return pod.metadata.deletionTimestamp === undefined && revision !== undefined && pod.metadata.labels?.[REVISION] === revision;
}

function problemOf(pods: readonly LiveObject[]): string {
  for (const pod of pods.filter((each) => !isReady(each))) {
    const problem = podProblem(pod);
    if (problem !== undefined) return `: Pod ${pod.metadata.name} ${problem}`;
  }
  return '';
}
