import fc from 'fast-check';
import { runs } from '../../properties';
import { ENVIRONMENT, environments } from './environments';
import { keptWithoutDeletingData } from './kept';
import { words } from './invariants';
import { type Pace, Scenario } from './scenario';
import { destroys, isForeign, kills, removeForeign, sequences, foreignObjects, runSequence } from './event-sequence';

// In the project deep these are two thousand sequences.
jest.setTimeout(300_000);

const paces: fc.Arbitrary<Pace> = fc.record({ slowness: fc.nat({ max: 3 }), requests: fc.integer({ min: 2, max: 40 }) });

const DEPLOYED = { unready: [], pruned: { deleted: 0, kept: [], refused: [] } };
const NOTHING = { deleted: 0, kept: [], refused: [] };

/** With the same examples in each run; other ones with `FAST_CHECK_SEED=$RANDOM`. */
async function holds(check: (scenario: Scenario) => Promise<void>, numRuns = runs(220)): Promise<void> {
  await holdsProperty(
    fc.asyncProperty(environments, paces, (environment, pace) => check(new Scenario(environment, pace))),
    numRuns,
  );
}

async function holdsProperty<T>(property: fc.IAsyncProperty<T>, numRuns = runs(220)): Promise<void> {
  await fc.assert(property, { seed: Number(process.env['FAST_CHECK_SEED'] ?? 1), numRuns });
}

/** The inventory may list what releases have left meanwhile. */
function withoutInventory(state: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  return new Map([...state].filter(([id]) => id !== `ConfigMap default/third-party-platform-${ENVIRONMENT}`));
}

test('deploying again writes nothing', async () => {
  await holds(async (scenario) => {
    expect(await scenario.deploy()).toEqual(DEPLOYED);
    expect(await scenario.deploy()).toEqual(DEPLOYED);
    expect(scenario.writes).toEqual([]);
  });
});

test('destroy --delete-data deletes everything, and a second run finds nothing', async () => {
  await holds(async (scenario) => {
    const before = scenario.state();
    await scenario.deploy();
    expect(await scenario.destroy({ deleteData: true })).toMatchObject({ kept: [], refused: [] });
    expect(scenario.state()).toEqual(before);
    expect(await scenario.destroy({ deleteData: true })).toEqual(NOTHING);
    expect(scenario.writes).toEqual([]);
  });
});

test('destroy keeps what holds data and what that needs, and deploy creates the rest again', async () => {
  await holds(async (scenario) => {
    await scenario.deploy();
    const deployed = scenario.state();
    const needed = keptWithoutDeletingData(scenario.server, scenario.dist, false);
    const useful = keptWithoutDeletingData(scenario.server, scenario.dist, true);
    const result = await scenario.destroy();
    expect(result?.refused).toEqual([]);
    expect(scenario.ours).toEqual(expect.arrayContaining(needed));
    expect(useful).toEqual(expect.arrayContaining(scenario.ours));
    expect(await scenario.destroy()).toMatchObject({ deleted: 0, refused: [] });
    expect(scenario.writes).toEqual([]);
    expect(scenario.terminating).toEqual([]);
    expect(await scenario.deploy()).toEqual(DEPLOYED);
    expect(withoutInventory(scenario.state())).toEqual(withoutInventory(deployed));
  });
});

test('in any sequence of commands and faults, no object is deleted before its dependents, and destroy --delete-data deletes everything in the end', async () => {
  const property = fc.asyncProperty(environments, paces, sequences, fc.boolean(), async (environment, pace, sequence, isRestored) => {
    const scenario = new Scenario(environment, pace);
    const before = scenario.state();
    await runSequence(scenario, sequence);
    removeForeign(scenario);
    // Objects whose operator was deleted can be finalized only when it is deployed again.
    if (isRestored || sequence.events.some(({ what }) => what === 'delete an operator')) {
      scenario.units = environment.units;
      expect(await scenario.deploy()).toEqual(DEPLOYED);
    }
    expect(await scenario.destroy({ deleteData: true })).toMatchObject({ kept: [], refused: [] });
    expect(scenario.state()).toEqual(before);
  });
  await holdsProperty(property, runs(600));
});

test('custom resources of others are deleted neither with a namespace nor with a CRD', async () => {
  const property = fc.asyncProperty(environments, paces, foreignObjects, destroys, async (environment, pace, foreignObject, destroying) => {
    const scenario = new Scenario(environment, pace);
    const foreign = (): string[] => scenario.server.all().filter(isForeign).map(words);
    await runSequence(scenario, { first: undefined, events: [foreignObject] });
    const made = foreign();
    await runSequence(scenario, { first: undefined, events: [{ ...destroying, deleteData: true, kill: undefined }] });
    expect(foreign()).toEqual(made);
  });
  await holdsProperty(property);
});

test('destroy --delete-data after an interrupted deploy deletes everything', async () => {
  const property = fc.asyncProperty(environments, paces, kills, async (environment, pace, kill) => {
    const scenario = new Scenario(environment, pace);
    const before = scenario.state();
    await scenario.deploy({ kill });
    expect(await scenario.destroy({ deleteData: true })).toMatchObject({ kept: [], refused: [] });
    expect(scenario.state()).toEqual(before);
  });
  await holdsProperty(property);
});

test('a deploy that is killed and run again has the result of one that was not', async () => {
  const property = fc.asyncProperty(
    environments,
    paces,
    fc.array(kills, { minLength: 1, maxLength: 3 }),
    async (environment, pace, killed) => {
      const [one, other] = [new Scenario(environment, pace), new Scenario(environment, pace)];
      for (const kill of killed) await one.deploy({ kill });
      for (const scenario of [one, other]) expect(await scenario.deploy()).toEqual(DEPLOYED);
      expect(one.state()).toEqual(other.state());
    },
  );
  await holdsProperty(property);
});

test('a destroy that is killed and run again has the result of one that was not', async () => {
  const runs = fc.record({ killed: fc.array(kills, { minLength: 1, maxLength: 3 }), deleteData: fc.boolean() });
  const property = fc.asyncProperty(environments, paces, runs, async (environment, pace, { killed, deleteData }) => {
    const [one, other] = [new Scenario(environment, pace), new Scenario(environment, pace)];
    for (const scenario of [one, other]) await scenario.deploy();
    for (const kill of killed) await one.destroy({ deleteData, kill });
    for (const scenario of [one, other]) expect(await scenario.destroy({ deleteData })).toMatchObject({ refused: [] });
    expect(one.state()).toEqual(other.state());
  });
  await holdsProperty(property);
});
