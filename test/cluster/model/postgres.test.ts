import fc from 'fast-check';
import { listOf, valueAt } from '../../../manifests/fields';
import { keyOf } from '../../../manifests/manifest';
import type { LiveObject } from '../../../cluster/objects/live-object';
import { CommandProblem } from '../../../cluster/problem';
import { readinessOf } from '../../../cluster/readiness';
import { CachedReader } from '../../../cluster/readiness/cached-reader';
import { runs } from '../../properties';
import { ModelCluster } from './model-cluster';
import { CLUSTER, differences, environmentOf, repositoryVolumes, unitsOf, type Wanted } from './postgres-environment';
import { type Pace, Scenario } from './scenario';

jest.setTimeout(300_000);

const FIRST: Wanted = { release: 1, replicas: 2, memory: '1Gi', tolerations: false, repositories: ['repo1'] };

const paces: fc.Arbitrary<Pace> = fc.record({ slowness: fc.nat({ max: 4 }), requests: fc.integer({ min: 2, max: 40 }) });
const change: fc.Arbitrary<Partial<Wanted>> = fc.oneof(
  fc.record({ release: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ image: fc.constantFrom('postgres:mine', 'postgres:other') }),
  fc.record({ replicas: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ memory: fc.constantFrom('1Gi', '2Gi', '3Gi') }),
  fc.record({ tolerations: fc.boolean() }),
  fc.record({ priorityClassName: fc.constantFrom('high', 'low') }),
  fc.record({ repositories: fc.constantFrom(['repo1'], ['repo1', 'repo2'], ['repo1', 'repo3']) }),
);
const events = fc.oneof(
  { arbitrary: fc.record({ what: fc.constant('change' as const), change }), weight: 4 },
  { arbitrary: fc.record({ what: fc.constant('deploy' as const), allows: fc.boolean() }), weight: 4 },
  { arbitrary: fc.record({ what: fc.constant('new pods start' as const), start: fc.boolean() }), weight: 1 },
  {
    arbitrary: fc.record({ what: fc.constant('repositories fail' as const), broken: fc.subarray(['repo1', 'repo2', 'repo3']) }),
    weight: 1,
  },
  { arbitrary: fc.record({ what: fc.constant('time' as const), steps: fc.nat({ max: 8 }) }), weight: 2 },
);
const stories = fc.array(events, { minLength: 1, maxLength: 10 });

async function holds<T>(property: fc.IAsyncProperty<T>, numRuns: number): Promise<void> {
  await fc.assert(property, { seed: Number(process.env['FAST_CHECK_SEED'] ?? 1), numRuns: runs(numRuns) });
}

const REMOVALS = ['repo2', 'repo3'].map((name) => `remove-repository=${name}`);

test('deploy says that a PostgresCluster is ready only when what runs is what dist says', async () => {
  const property = fc.asyncProperty(paces, stories, async (pace, story) => {
    const scenario = new Scenario(environmentOf(FIRST), pace);
    const { postgres } = scenario.world;
    let wanted = FIRST;
    const deploy = async (allow: readonly string[]): Promise<boolean> => {
      scenario.units = unitsOf(wanted);
      const volumes = repositoryVolumes(scenario);
      try {
        const ready = (await scenario.deploy({ allow }))?.unready.length === 0;
        if (ready) expect(differences(scenario, wanted)).toEqual([]);
        return ready;
      } catch (error) {
        if (!(error instanceof CommandProblem)) throw error;
        scenario.world.settle();
        expect(repositoryVolumes(scenario)).toEqual(volumes);
        return false;
      }
    };
    for (const event of story) {
      if (event.what === 'change') wanted = { ...wanted, ...event.change };
      else if (event.what === 'deploy') await deploy(event.allows ? REMOVALS : []);
      else if (event.what === 'new pods start') postgres.isHeld = !event.start;
      else if (event.what === 'repositories fail') postgres.broken = event.broken;
      else for (let step = 0; step < event.steps; step++) scenario.world.tick();
    }
    postgres.isHeld = false;
    postgres.broken = [];
    let isReady = false;
    for (let attempt = 0; attempt < 5 && !isReady; attempt++) isReady = await deploy(REMOVALS);
    expect([isReady, differences(scenario, wanted), repositoryVolumes(scenario)]).toEqual([true, [], [...wanted.repositories].sort()]);
  });
  await holds(property, 600);
});

/** The generation is observed, and all instances are counted as ready and updated. */
function readyByItsStatus(cluster: LiveObject): boolean {
  const wanted = listOf(valueAt(cluster['spec'], 'instances')).map((set) => valueAt(set, 'replicas'));
  const counts = listOf(valueAt(cluster['status'], 'instances'));
  const isComplete = (count: unknown, index: number): boolean =>
    ['replicas', 'readyReplicas', 'updatedReplicas'].every((field) => valueAt(count, field) === wanted[index]);
  return valueAt(cluster['status'], 'observedGeneration') === cluster.metadata.generation && counts.every(isComplete) && counts.length > 0;
}

/** At which steps after a change a rule says ready while what runs is not what is wanted. */
async function stepsTooEarly(
  rule: (cluster: LiveObject, scenario: Scenario) => Promise<boolean>,
  changed: Partial<Wanted>,
  isHeld: boolean,
) {
  const scenario = new Scenario(environmentOf(FIRST), { slowness: 3, requests: 10 });
  expect((await scenario.deploy())?.unready).toEqual([]);
  scenario.world.settle();
  const wanted = { ...FIRST, ...changed };
  scenario.units = unitsOf(wanted);
  scenario.world.postgres.isHeld = isHeld;
  for (const { objects } of scenario.units) for (const object of objects) scenario.server.apply(object);
  const tooEarly: number[] = [];
  for (let step = 0; step < 60; step++) {
    scenario.world.tick();
    const cluster = scenario.server.get(CLUSTER);
    if (cluster && (await rule(cluster, scenario)) && differences(scenario, wanted).length > 0) tooEarly.push(step);
  }
  if (!isHeld) expect(differences(scenario, wanted)).toEqual([]);
  return tooEarly;
}

const CHANGES: readonly (readonly [string, Partial<Wanted>])[] = [
  ['resources', { memory: '2Gi' }],
  ['an image', { image: 'postgres:mine' }],
  ['tolerations', { tolerations: true }],
  ['a priority class', { priorityClassName: 'high' }],
  ['the release of PGO', { release: 2 }],
];

describe.each(CHANGES)('after a change of %s', (_what, changed) => {
  test.each([false, true])(
    'a rule that reads the status alone is wrong, and the rule of deploy is not (new pods fail: %s)',
    async (isHeld) => {
      const byStatus = (cluster: LiveObject): Promise<boolean> => Promise.resolve(readyByItsStatus(cluster));
      expect((await stepsTooEarly(byStatus, changed, isHeld)).length).toBeGreaterThan(0);
      const byDeploy = async (cluster: LiveObject, { server, units }: Scenario): Promise<boolean> => {
        const manifests = units.flatMap(({ objects }) => objects);
        const reader = new CachedReader(new ModelCluster(server), manifests);
        const objects = [...manifests.flatMap((manifest) => server.get(keyOf(manifest)) ?? []), cluster];
        return (await Promise.all(objects.map((object) => readinessOf(object, reader)))).every(({ state }) => state === 'ready');
      };
      expect(await stepsTooEarly(byDeploy, changed, isHeld)).toEqual([]);
    },
  );
});

test('a rule that reads the conditions of the backups alone takes no notice of the second repository, and the rule of deploy does', async () => {
  const scenario = new Scenario(environmentOf(FIRST), { slowness: 2, requests: 10 });
  expect((await scenario.deploy())?.unready).toEqual([]);
  scenario.world.postgres.broken = ['repo2'];
  scenario.units = unitsOf({ ...FIRST, repositories: ['repo1', 'repo2'] });
  expect((await scenario.deploy())?.unready).toEqual([
    {
      object: 'PostgresCluster default/db',
      state: 'waiting',
      reason: 'repository repo2 has no stanza yet; if it stays so, check its location and credentials',
    },
  ]);
  const conditions = listOf(valueAt(scenario.server.get(CLUSTER)?.['status'], 'conditions'));
  expect(conditions.map((each) => [valueAt(each, 'type'), valueAt(each, 'status')])).toEqual([['PGBackRestReplicaCreate', 'True']]);
});
