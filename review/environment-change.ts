import type { EnvironmentObject, EnvironmentObjects } from '../manifests/environment-objects';
import { EnvironmentObjects as Objects } from '../manifests/environment-objects';
import { fieldChanges } from '../manifests/difference/field-changes';
import { idOf, keyOf } from '../manifests/manifest';
import { withReadableValues } from './readable-values';
import type { ObjectChange } from './object-change';
import { renamedPairs } from './renamed';
import type { Tree } from './tree';

/** Two versions of an environment, as every rule reads them. */
export interface EnvironmentChange {
  readonly name: string;
  /** Without objects when the environment was added. */
  readonly before: EnvironmentObjects;
  /** Without objects when the environment was removed. */
  readonly after: EnvironmentObjects;
  readonly changes: readonly ObjectChange[];
  /** Whether the authors of a chart have deprecated this version of it, as charts.lock.json says. */
  readonly isDeprecated: (chart: string, version: string) => boolean;
}

/** The environments that differ, in the order of their names. */
export function environmentChanges(before: Tree, after: Tree): EnvironmentChange[] {
  const names = [...new Set([...before.environments.keys(), ...after.environments.keys()])].sort();
  return names.flatMap((name) => {
    const [old, next] = [before, after].map(({ environments }) => environments.get(name) ?? new Objects([]));
    if (!old || !next) return [];
    const changes = objectChanges(name, old, next);
    const isDeprecated = (chart: string, version: string): boolean => after.deprecatedCharts.has(`${chart} ${version}`);
    return changes.length === 0 ? [] : [{ name, before: old, after: next, changes, isDeprecated }];
  });
}

function objectChanges(environment: string, before: EnvironmentObjects, after: EnvironmentObjects): ObjectChange[] {
  const [old, next] = [byId(before), byId(after)];
  const stageOf = (side: EnvironmentObjects, { stage }: EnvironmentObject): string => side.stages[stage]?.name ?? '';
  const removed = [...old].filter(([id]) => !next.has(id)).map(([, object]) => object);
  const added = [...next].filter(([id]) => !old.has(id)).map(([, object]) => object);
  const renamed = renamedPairs(removed, added);
  const oldOf = new Map([...renamed].map(([one, other]) => [other, one]));

  const changes = [...next].flatMap(([id, object]): ObjectChange[] => {
    const earlier = old.get(id) ?? oldOf.get(object);
    const stage = stageOf(after, object);
    if (!earlier) return [{ environment, stage, after: object, fields: [] }];
    const from = stageOf(before, earlier);
    const fields = fieldChanges(withReadableValues(earlier.manifest), withReadableValues(object.manifest));
    if (fields.length === 0 && from === stage) return [];
    return [{ environment, stage, ...(from !== stage && { movedFrom: from }), before: earlier, after: object, fields }];
  });
  const gone = removed.filter((object) => !renamed.has(object));
  return [...changes, ...gone.map((object) => ({ environment, stage: stageOf(before, object), before: object, fields: [] }))];
}

/** What a chart is rendered to is not the same object as one of dist, and a name that occurs twice is counted. */
function byId({ objects }: EnvironmentObjects): Map<string, EnvironmentObject> {
  const found = new Map<string, EnvironmentObject>();
  for (const object of objects) {
    const id = `${object.chart ?? ''} ${idOf(keyOf(object.manifest))}`;
    let unique = id;
    for (let count = 2; found.has(unique); count++) unique = `${id} ${count}`;
    found.set(unique, object);
  }
  return found;
}
