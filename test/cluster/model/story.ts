import fc from 'fast-check';
import { keyOf, type ObjectKey, type Manifest } from '../../../manifests/manifest';
import { contentOf } from '../../../cluster/helm/release-secret';
import { type Unit, without } from './environments';
import { isOurs, operatedBy } from './invariants';
import type { Kill } from './model-cluster';
import { specOf } from './model-server';
import type { Scenario } from './scenario';

const index = fc.nat({ max: 20 });
export const kills: fc.Arbitrary<Kill> = fc.record({ after: fc.nat({ max: 120 }), late: fc.boolean() });
/** In every other command. */
const kill = fc.option(kills, { nil: undefined, freq: 1 });

const deploys = fc.record({ what: fc.constant('deploy' as const), deleteData: fc.boolean(), kill });
export const destroys = fc.record({
  what: fc.constant('destroy' as const),
  stages: fc.array(index, { maxLength: 3 }),
  deleteData: fc.boolean(),
  kill,
});
export const strangers = fc.record({ what: fc.constant('somebody makes an object' as const), index, place: index });
const mishaps = fc.oneof(
  fc.record({ what: fc.constant('change dist' as const), index }),
  fc.record({ what: fc.constant('drop from dist' as const), index, alone: fc.boolean() }),
  fc.record({ what: fc.constant('lose an operator' as const), index }),
  fc.record({ what: fc.constant('somebody holds an object' as const), index }),
  fc.record({ what: fc.constant('somebody lets go' as const) }),
  fc.record({ what: fc.constant('time goes by' as const) }),
);

/** What people do, and what happens to them. */
const events = fc.oneof(
  { arbitrary: deploys, weight: 2 },
  { arbitrary: destroys, weight: 2 },
  { arbitrary: strangers, weight: 1 },
  { arbitrary: mishaps, weight: 2 },
);
type Event = typeof events extends fc.Arbitrary<infer Each> ? Each : never;

/** It may begin with a deploy that somebody interrupts. */
export const stories = fc.record({ first: kill, events: fc.array(events, { minLength: 1, maxLength: 7 }) });
type Story = typeof stories extends fc.Arbitrary<infer Each> ? Each : never;

const SECRET = { apiVersion: 'v1', kind: 'Secret' };
/** Where nobody would take anything away with its namespace. */
const PRESENT = ['default', 'kube-system'];
const HOLD = 'example.org/held-by-somebody';
const SOMEBODYS = 'somebodys';

export const isSomebodys = ({ metadata }: Manifest): boolean => metadata.name === SOMEBODYS;

/** Tells a story on a cluster. */
export async function tell(scenario: Scenario, story: Story): Promise<void> {
  await scenario.deploy({ kill: story.first });
  for (const event of story.events) await happen(scenario, event);
}

async function happen(scenario: Scenario, event: Event): Promise<void> {
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
    case 'drop from dist': {
      const gone = units.filter((_unit, at) => at === event.index % units.length);
      const left = event.alone ? units.filter((unit) => !gone.includes(unit)) : without(units, gone);
      if (left.length > 0) scenario.units = left;
      return;
    }
    case 'lose an operator': {
      const operators = server.all().filter((object) => operatedBy(object).length > 0 && object.kind === 'Deployment');
      const operator = operators[event.index % operators.length];
      if (operator) server.delete(keyOf(operator));
      return;
    }
    case 'somebody makes an object': {
      const served = server.definitions().filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      const definition = served[event.index % served.length];
      const namespaces = server
        .of({ apiVersion: 'v1', kind: 'Namespace' })
        .filter((namespace) => !PRESENT.includes(namespace.metadata.name));
      const home = namespaces[event.place % namespaces.length];
      if (!definition || !home || home.metadata.deletionTimestamp !== undefined) return;
      const { group, names } = specOf(definition);
      const metadata = { name: SOMEBODYS, namespace: home.metadata.name };
      server.create({ apiVersion: `${group}/v1`, kind: names.kind, metadata });
      return;
    }
    case 'somebody holds an object': {
      const ours = server.all().filter((each) => isOurs(each) && each.metadata.deletionTimestamp === undefined);
      const object = ours[event.index % ours.length];
      if (object) server.hold(keyOf(object), HOLD, true);
      return;
    }
    case 'somebody lets go':
      return letGo(scenario);
    case 'time goes by':
      return world.settle();
  }
}

/** What others have made and held goes, and what they have taken out of a release comes back: Helm does not see that it is gone. */
export function letGo({ server, world }: Scenario): void {
  for (const release of server.of(SECRET).filter(({ metadata }) => metadata.labels?.['owner'] === 'helm')) {
    const { objects = [] } = contentOf({ revision: 1, status: '', secret: release }) ?? {};
    if (release.metadata.deletionTimestamp === undefined) for (const object of objects) server.create(object);
  }
  const keys = server.all().map((object): ObjectKey => keyOf(object));
  for (const key of keys) server.hold(key, HOLD, false);
  const somebodys = server.all().filter(isSomebodys);
  for (const object of somebodys) server.delete(keyOf(object));
  world.settle();
}

/** Another setting, wherever there is one. */
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
