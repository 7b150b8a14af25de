import fc from 'fast-check';
import { isOurs, words } from './invariants';
import { keyOf } from '../../../manifests/manifest';
import { runs } from '../../properties';
import { environments } from './environments';
import { otherName, ownershipSequences, runOwnershipEvent, wrongs } from './ownership-sequence';
import { type Pace, Scenario } from './scenario';
import { kills } from './event-sequence';

// In the project deep these are thousands of sequences.
jest.setTimeout(600_000);

const paces: fc.Arbitrary<Pace> = fc.record({ slowness: fc.nat({ max: 3 }), requests: fc.integer({ min: 2, max: 40 }) });
const DEPLOYED = { unready: [], pruned: { deleted: 0, kept: [], refused: [] } };

async function holds<T>(property: fc.IAsyncProperty<T>, numRuns: number): Promise<void> {
  await fc.assert(property, { seed: Number(process.env['FAST_CHECK_SEED'] ?? 1), numRuns: runs(numRuns) });
}

test('in any sequence of commands and events, foreign objects keep uid and fields, adopted ones stay, inventories list all that deploy applied, and no release is left alone', async () => {
  const property = fc.asyncProperty(environments, paces, ownershipSequences, async (environment, pace, { before, events }) => {
    const scenario = new Scenario(environment, pace);
    scenario.deleteNamespaceContents = false;
    for (const event of [...before, ...events]) {
      await runOwnershipEvent(scenario, event);
      expect(wrongs(scenario)).toEqual([]);
    }
  });
  await holds(property, 1500);
});

test('an environment that is renamed keeps the uids of its objects, and is refused without --rename-from', async () => {
  const property = fc.asyncProperty(environments, paces, fc.array(kills, { maxLength: 2 }), async (environment, pace, killed) => {
    const scenario = new Scenario(environment, pace);
    await scenario.deploy();
    const uids = (): string[] =>
      scenario.server
        .all()
        .filter(isOurs)
        .map((object) => `${words(object)} ${object.metadata.uid}`)
        .sort();
    const before = uids();
    const old = scenario.name;
    scenario.name = otherName(old);
    if (before.length > 0) {
      await expect(scenario.deploy()).rejects.toThrow(`--rename-from ${old}`);
      expect(scenario.writes).toEqual([]);
      expect((await scenario.destroy({ deleteData: true }))?.deleted).toBe(0);
      expect(uids()).toEqual(before);
      for (const kill of killed) await scenario.deploy({ renameFrom: old, kill });
      expect(await scenario.deploy({ renameFrom: old })).toEqual(DEPLOYED);
    }
    expect(uids()).toEqual(before);
    expect(await scenario.deploy()).toEqual(DEPLOYED);
    expect(scenario.writes).toEqual([]);
    const inventory = (name: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'default',
      name: `third-party-platform-${name}`,
    });
    expect(scenario.server.get(inventory(old))).toBeUndefined();
    expect(await scenario.destroy({ deleteData: true })).toMatchObject({ kept: [], refused: [] });
    expect(scenario.server.all().filter(isOurs).map(keyOf)).toEqual([]);
  });
  await holds(property, 220);
});
