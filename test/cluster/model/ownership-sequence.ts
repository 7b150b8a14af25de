import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { CommandProblem } from '../../../cluster/problem';
import { contractAnnotations, contractOf, ENVIRONMENT_LABEL } from '../../../manifests/contract';
import { type LiveObject, without as omit } from '../../../cluster/objects/live-object';
import { idOf, keyOf, type Manifest } from '../../../manifests/manifest';
import type { Reference } from '../../../manifests/reference';
import { ENVIRONMENT, type Unit } from './environments';
import { attempt } from './foreign-objects';
import { isCrdReference, releaseKeyOf } from './helm';
import { inventoried, isApplied, isOurs, words } from './invariants';
import { labelledBy } from './model-server';
import type { Scenario } from './scenario';
import { type Event, events as otherEvents, kill, run } from './event-sequence';

/** The two names that the environment has in turn. */
const NAMES = [ENVIRONMENT, 'renamed'];
const MANAGERS = ['kubectl', 'kustomize-controller'];

const index = fc.nat({ max: 20 });
const stages = fc.array(index, { maxLength: 2 });

const deploys = fc.record({
  what: fc.constant('deploy with options' as const),
  stages: fc.oneof({ arbitrary: fc.constant<number[]>([]), weight: 2 }, { arbitrary: stages, weight: 1 }),
  /** Which of the foreign objects are adopted. */
  adopt: fc.constantFrom('none', 'none', 'one', 'all'),
  index,
  renames: fc.boolean(),
  force: fc.boolean(),
  deleteData: fc.boolean(),
  kill,
});
const changes = fc.oneof(
  fc.record({ what: fc.constant('create an object of dist' as const), index, differs: fc.boolean() }),
  fc.record({ what: fc.constant('create a CRD of a chart' as const), index }),
  fc.record({ what: fc.constant('change a foreign object' as const), index }),
  fc.record({ what: fc.constant('label a foreign object' as const), index, value: fc.constantFrom(...NAMES) }),
  fc.record({ what: fc.constant('remove a label' as const), index }),
  fc.record({
    what: fc.constant('apply with another manager' as const),
    index,
    manager: fc.constantFrom(...MANAGERS),
    differs: fc.boolean(),
  }),
  fc.record({ what: fc.constant('refuse applies' as const), index }),
  fc.record({ what: fc.constant('move a release' as const), index }),
  fc.record({ what: fc.constant('rename a release' as const), index }),
  fc.record({ what: fc.constant('rename the environment' as const) }),
);
type OwnershipEvent = Event | (typeof deploys | typeof changes extends fc.Arbitrary<infer Each> ? Each : never);

const events: fc.Arbitrary<OwnershipEvent> = fc.oneof(
  { arbitrary: deploys, weight: 3 },
  { arbitrary: otherEvents, weight: 2 },
  { arbitrary: changes, weight: 3 },
);

/** Sequences of commands, and of others who create, change, label and apply objects with the names of dist's, before the first deploy and later. */
export const ownershipSequences = fc.record({
  before: fc.array(changes, { maxLength: 3 }),
  events: fc.array(events, { minLength: 1, maxLength: 9 }),
});

/** Runs an event. A command may refuse to run: then it must have written nothing. */
export async function runOwnershipEvent(scenario: Scenario, event: OwnershipEvent): Promise<void> {
  const { server, world, foreign, units } = scenario;
  switch (event.what) {
    case 'deploy with options':
      return runDeploy(scenario, event);
    case 'deploy':
    case 'destroy':
      return void (await refusable(scenario, () => run(scenario, event)));
    // Foreign objects are to stay.
    case 'remove foreign objects':
      return;
    case 'create an object of dist': {
      const object = pick(objectsOf(units), event.index);
      if (!object || server.get(keyOf(object))) return;
      foreign.create(object, event.differs);
      world.settle();
      return foreign.addReleases();
    }
    case 'create a CRD of a chart': {
      const made = objectsOf(units).filter(
        ({ metadata, kind }) => kind === 'HelmChart' && !server.get({ apiVersion: 'helm.cattle.io/v1', kind, ...metadata }),
      );
      const reference = pick(
        made.flatMap((chart) => (contractOf(chart).makes ?? []).filter(isCrdReference)),
        event.index,
      );
      if (reference) foreign.createCrd(reference);
      return world.settle();
    }
    case 'change a foreign object': {
      const object = pick(foreign.all, event.index);
      return (
        object &&
        foreign.change(object, (live) => ({ ...live, metadata: { ...live.metadata, annotations: { changed: String(event.index) } } }))
      );
    }
    case 'label a foreign object': {
      const object = pick(foreign.all, event.index);
      return object && foreign.change(object, (live) => labelled(live, event.value));
    }
    case 'remove a label': {
      const ours = server.all().filter((each) => isOurs(each) && each.metadata.deletionTimestamp === undefined && !foreign.has(each));
      const object = pick(ours, event.index);
      return object && void server.change(keyOf(object), unlabelled);
    }
    case 'apply with another manager': {
      const object = pick(objectsOf(scenario.dist.stages.map((stage) => ({ ...stage, stage: 0, on: [] }))), event.index);
      if (object) applyAs(scenario, object, event);
      // Of a HelmChart without an install Job, destroy reports the release that is left.
      return world.settle();
    }
    case 'refuse applies': {
      const object = pick(objectsOf(units), event.index);
      if (!object) return;
      if (!server.refused.delete(idOf(keyOf(object)))) server.refused.add(idOf(keyOf(object)));
      return;
    }
    case 'move a release':
      return changeRelease(scenario, event.index, moved);
    case 'rename a release':
      return changeRelease(scenario, event.index, renamed);
    case 'rename the environment':
      scenario.name = otherName(scenario.name);
      return;
    default:
      return run(scenario, event);
  }
}

/** The violated invariants after an event; empty if none is. */
export function wrongs({ server, foreign }: Scenario): string[] {
  const all = server.all();
  const known = inventoried(all);
  const places = all.filter(({ kind }) => kind === 'HelmChart').map((chart) => JSON.stringify(releaseKeyOf(chart)));
  const releases = all.filter((object) => object.metadata.labels?.['owner'] === 'helm' && !foreign.has(object));
  return [
    ...foreign.harmed,
    ...all.filter((object) => isApplied(object) && !known.has(words(object))).map((object) => `${words(object)} is in no inventory`),
    ...releases.flatMap(({ metadata: { namespace, labels } }) =>
      places.includes(JSON.stringify({ namespace, name: labels?.['name'] }))
        ? []
        : [`release ${namespace}/${labels?.['name']} has no HelmChart`],
    ),
  ];
}

export const otherName = (name: string): string => NAMES.find((other) => other !== name) ?? name;

type DeployEvent = typeof deploys extends fc.Arbitrary<infer Each> ? Each : never;

async function runDeploy(scenario: Scenario, { stages: chosen, adopt, index: at, renames, ...options }: DeployEvent): Promise<void> {
  const { foreign, dist } = scenario;
  const names = dist.stages.map(({ name }) => name);
  const inDist = objectsOf(scenario.units).map(words);
  const candidates = foreign.all.filter((object) => inDist.includes(words(object)));
  const one = pick(candidates, at);
  const adopted = adopt === 'all' ? candidates : adopt === 'one' && one ? [one] : [];
  foreign.adopt(adopted);
  const isRun = await refusable(scenario, () =>
    scenario.deploy({
      ...options,
      stages: chosen.flatMap((each) => names[each % names.length] ?? []),
      adopt: adopted.map(words),
      renameFrom: renames ? otherName(scenario.name) : undefined,
    }),
  );
  if (!isRun) foreign.restore(adopted);
}

async function refusable(scenario: Scenario, command: () => Promise<unknown>): Promise<boolean> {
  try {
    await command();
    return true;
  } catch (error) {
    if (!(error instanceof CommandProblem)) throw error;
    return scenario.writes.length > 0;
  }
}

function pick<Each>(all: readonly Each[], at: number): Each | undefined {
  return all[at % Math.max(all.length, 1)];
}

function objectsOf(units: readonly Pick<Unit, 'objects'>[]): Manifest[] {
  return units.flatMap(({ objects }) => objects);
}

/** As `kubectl label` does. */
function labelled(live: LiveObject, value: string): LiveObject {
  const { managedFields = [], labels } = live.metadata;
  const metadata = {
    ...live.metadata,
    labels: { ...labels, [ENVIRONMENT_LABEL]: value },
    managedFields: [...managedFields, ...labelledBy('kubectl-label', 'Update')],
  };
  return { ...live, metadata };
}

/** Then no manager owns the label any more. */
function unlabelled(live: LiveObject): LiveObject {
  const labels = omit(live.metadata.labels ?? {}, [ENVIRONMENT_LABEL]) as Readonly<Record<string, string>>;
  const managedFields = (live.metadata.managedFields ?? []).map((entry) => ({ ...entry, fieldsV1: {} }));
  return { ...live, metadata: { ...live.metadata, labels, managedFields } };
}

/** As kubectl or Flux applies an object of dist, perhaps of another commit; a person would not apply it to an object of another owner. */
function applyAs(
  { server, foreign }: Scenario,
  object: Manifest,
  { manager, differs }: { readonly manager: string; readonly differs: boolean },
): void {
  if (!server.discovery().has(`${object.apiVersion} ${object.kind}`)) return;
  const live = server.get(keyOf(object));
  if (live && (foreign.has(live) || live.metadata.deletionTimestamp !== undefined)) return;
  // Nothing of ours sees that kubectl moves a release.
  if (live?.kind === 'HelmChart' && !isDeepStrictEqual(releaseKeyOf(live), releaseKeyOf(object))) return;
  const { setting } = (object['spec'] ?? {}) as { readonly setting?: number };
  const isChanged = differs && setting !== undefined;
  attempt(() =>
    server.applyAs(manager, isChanged ? { ...object, spec: { ...(object['spec'] as object), setting: setting + 100 } } : object),
  );
}

/** Changes a release in dist on which nothing else in dist depends. */
function changeRelease(scenario: Scenario, at: number, change: (chart: Manifest) => Manifest): void {
  const { units, environment } = scenario;
  const used = new Set(environment.units.flatMap(({ on }) => on.flatMap(({ objects }) => objects.map(words))));
  const releases = units.filter(({ objects: [chart] }) => {
    const makesCrd = chart && (contractOf(chart).makes ?? []).some(isCrdReference);
    return chart?.kind === 'HelmChart' && !makesCrd && !used.has(words(chart));
  });
  const release = pick(releases, at);
  if (release) scenario.units = units.map((unit) => (unit === release ? { ...unit, objects: unit.objects.map(change) } : unit));
}

/** Into another namespace, or back to its own. */
function moved(chart: Manifest): Manifest {
  const { home, targetNamespace, ...spec } = chart['spec'] as { readonly home?: string; readonly targetNamespace: string };
  const next = home === undefined ? { targetNamespace: 'elsewhere', home: targetNamespace } : { targetNamespace: home };
  return withMade({ ...chart, spec: { ...spec, ...next } }, (made) => ({ ...made, namespace: next.targetNamespace }));
}

function renamed(chart: Manifest): Manifest {
  const { name } = chart.metadata;
  const next = name.endsWith('-new') ? name.slice(0, -'-new'.length) : `${name}-new`;
  return withMade({ ...chart, metadata: { ...chart.metadata, name: next } }, (made) => ({ ...made, name: `${next}-settings` }));
}

function withMade(chart: Manifest, change: (made: Reference) => Reference): Manifest {
  const { makes = [], ...contract } = contractOf(chart);
  const annotations = contractAnnotations({ ...contract, makes: makes.map(change) });
  return { ...chart, metadata: { ...chart.metadata, annotations } };
}
