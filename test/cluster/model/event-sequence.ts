import fc from 'fast-check';
import { keyOf, type Manifest, type ObjectKey } from '../../../manifests/manifest';
import { contentOf } from '../../../cluster/helm/release-secret';
import { type Unit, without } from './environments';
import { isOurs, operatedBy } from './invariants';
import type { Kill } from './model-cluster';
import { specOf } from './model-server';
import type { Scenario } from './scenario';

const index = fc.nat({ max: 20 });
export const kills: fc.Arbitrary<Kill> = fc.record({ after: fc.nat({ max: 120 }), late: fc.boolean() });
/** Every second command is killed. */
export const kill = fc.option(kills, { nil: undefined, freq: 1 });

const deploys = fc.record({ what: fc.constant('deploy' as const), deleteData: fc.boolean(), kill });
export const destroys = fc.record({
  what: fc.constant('destroy' as const),
  stages: fc.array(index, { maxLength: 3 }),
  deleteData: fc.boolean(),
  kill,
});
export const foreignObjects = fc.record({ what: fc.constant('create a foreign object' as const), index, place: index });
const faults = fc.oneof(
  fc.record({ what: fc.constant('change dist' as const), index }),
  fc.record({ what: fc.constant('remove from dist' as const), index, alone: fc.boolean() }),
  fc.record({ what: fc.constant('delete an operator' as const), index }),
  fc.record({ what: fc.constant('add a foreign finalizer' as const), index }),
  fc.record({ what: fc.constant('remove foreign objects' as const) }),
  fc.record({ what: fc.constant('settle' as const) }),
);

/** Commands and changes on the cluster. */
export const events = fc.oneof(
  { arbitrary: deploys, weight: 2 },
  { arbitrary: destroys, weight: 2 },
  { arbitrary: foreignObjects, weight: 1 },
  { arbitrary: faults, weight: 2 },
);
export type Event = typeof events extends fc.Arbitrary<infer Each> ? Each : never;

/** The first deploy may be interrupted. */
export const sequences = fc.record({ first: kill, events: fc.array(events, { minLength: 1, maxLength: 7 }) });
type Sequence = typeof sequences extends fc.Arbitrary<infer Each> ? Each : never;

const SECRET = { apiVersion: 'v1', kind: 'Secret' };
/** Namespaces that no environment deletes. */
const BUILT_IN_NAMESPACES = ['default', 'kube-system'];
const FOREIGN_FINALIZER = 'example.org/foreign-finalizer';
const FOREIGN = 'foreign';

export const isForeign = ({ metadata }: Manifest): boolean => metadata.name === FOREIGN;

/** Runs a sequence of events on a cluster. */
export async function runSequence(scenario: Scenario, sequence: Sequence): Promise<void> {
  await scenario.deploy({ kill: sequence.first });
  for (const event of sequence.events) await run(scenario, event);
}

export async function run(scenario: Scenario, event: Event): Promise<void> {
  const { server, world, units } = scenario;
  switch (event.what) {
    case 'deploy':
      return void (await scenario.deploy(event));
    case 'destroy': {
      const names = scenario.dist.stages.map(({ name }) => name);
      const stages = event.stages.flatMap((each) => names[each % names.length] ?? []);
      return void (await scenario.destroy({ ...event, stages }));
    }
    case 'change dist':
      scenario.units = units.map((unit, at) => (at === event.index % units.length ? changed(unit) : unit));
      return;
    case 'remove from dist': {
      const removed = units.filter((_unit, at) => at === event.index % units.length);
      const left = event.alone ? units.filter((unit) => !removed.includes(unit)) : without(units, removed);
      if (left.length > 0) scenario.units = left;
      return;
    }
    case 'delete an operator': {
      const operators = server.all().filter((object) => operatedBy(object).length > 0 && object.kind === 'Deployment');
      const operator = operators[event.index % operators.length];
      if (operator) server.delete(keyOf(operator));
      return;
    }
    case 'create a foreign object': {
      const served = server.crds().filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      const crd = served[event.index % served.length];
      const namespaces = server
        .of({ apiVersion: 'v1', kind: 'Namespace' })
        .filter((namespace) => !BUILT_IN_NAMESPACES.includes(namespace.metadata.name));
      const namespace = namespaces[event.place % namespaces.length];
      if (!crd || !namespace || namespace.metadata.deletionTimestamp !== undefined) return;
      const { group, names } = specOf(crd);
      const metadata = { name: FOREIGN, namespace: namespace.metadata.name };
      server.create({ apiVersion: `${group}/v1`, kind: names.kind, metadata });
      return;
    }
    case 'add a foreign finalizer': {
      const ours = server.all().filter((each) => isOurs(each) && each.metadata.deletionTimestamp === undefined);
      const object = ours[event.index % ours.length];
      if (object) server.setFinalizer(keyOf(object), FOREIGN_FINALIZER, true);
      return;
    }
    case 'remove foreign objects':
      return removeForeign(scenario);
    case 'settle':
      return world.settle();
  }
}

/** Removes foreign objects and finalizers, and restores objects that are missing from a release: Helm does not see that they are. */
export function removeForeign({ server, world }: Scenario): void {
  for (const release of server.of(SECRET).filter(({ metadata }) => metadata.labels?.['owner'] === 'helm')) {
    const { objects = [] } = contentOf({ revision: 1, status: '', secret: release }) ?? {};
    if (release.metadata.deletionTimestamp === undefined) for (const object of objects) server.create(object);
  }
  const keys = server.all().map((object): ObjectKey => keyOf(object));
  for (const key of keys) server.setFinalizer(key, FOREIGN_FINALIZER, false);
  const foreign = server.all().filter(isForeign);
  for (const object of foreign) server.delete(keyOf(object));
  world.settle();
}

/** The unit with another setting in each object that has one. */
function changed(unit: Unit): Unit {
  return { ...unit, objects: unit.objects.map(reset) };
}

function reset(manifest: Manifest): Manifest {
  const { spec, data } = manifest as { spec?: { values?: Setting } & Setting; data?: { setting?: string } };
  if (spec?.values) return { ...manifest, spec: { ...spec, values: next(spec.values) } };
  if (spec?.setting !== undefined) return { ...manifest, spec: next(spec) };
  return data?.setting === undefined ? manifest : { ...manifest, data: { setting: `${data.setting}MA==` } };
}

interface Setting {
  readonly setting?: number;
}

const next = (of: Setting): Setting => ({ ...of, setting: (of.setting ?? 0) + 1 });
