import { deploy, type DeployResult } from '../../../cluster/deploy/deploy';
import type { PruneCandidate } from '../../../cluster/deploy/prune';
import { Inventory } from '../../../cluster/inventory';
import { formatKey, keyOf } from '../../../manifests/manifest';
import { distOf, manifest } from '../support/objects';
import { sessionOn, type TestSession } from '../support/session';

const [ONE, GONE, DATA] = [
  manifest('v1 ConfigMap cvat/one'),
  manifest('v1 ConfigMap cvat/gone'),
  manifest('v1 ConfigMap cvat/data', { contract: { holdsData: 'all of it' } }),
];

let session: TestSession;
beforeEach(() => (session = sessionOn()));

/** Deploys a dist, and answers the question about what is pruned. */
async function asked(answer: boolean): Promise<{ read: string[]; deployed: DeployResult | undefined }> {
  let left: readonly PruneCandidate[] = [];
  const deployed = await deploy(session, distOf({ '10-one': [ONE] }), {
    stages: [],
    timeoutMilliseconds: 60_000,
    force: false,
    deleteData: false,
    deleteNamespaceContents: false,
    adopt: [],
    confirm: (candidates) => {
      left = candidates;
      expect(session.cluster.writes).toEqual([]);
      return Promise.resolve(answer);
    },
  });
  return { read: left.map(({ key, data = 'no data' }) => `${formatKey(key)}: ${data}`), deployed };
}

test('passes the objects to prune to confirm before the first write, and aborts when it returns false', async () => {
  for (const object of [GONE, DATA]) session.cluster.put(object);
  await (await Inventory.read(session.cluster, 'local')).add('05-old', [GONE, DATA, manifest('v1 ConfigMap cvat/by-hand')].map(keyOf));
  session.cluster.asked.length = 0;
  const { read, deployed } = await asked(false);
  expect(read).toEqual(['ConfigMap cvat/data: all of it', 'ConfigMap cvat/gone: no data']);
  expect(deployed).toBeUndefined();
  expect(session.cluster.writes).toEqual([]);
});

test('prunes what it has passed to confirm', async () => {
  for (const object of [GONE, DATA]) session.cluster.put(object);
  await (await Inventory.read(session.cluster, 'local')).add('05-old', [GONE, DATA].map(keyOf));
  session.cluster.asked.length = 0;
  const { deployed } = await asked(true);
  expect(deployed?.pruned).toEqual({ deleted: 1, kept: [{ object: 'ConfigMap cvat/data', reason: 'holds data: all of it' }], refused: [] });
});
