import { runDeploy } from '../../../../cluster/cli/commands/run-deploy';
import { runDiff } from '../../../../cluster/cli/commands/run-diff';
import { Inventory } from '../../../../cluster/inventory';
import { keyOf } from '../../../../manifests/manifest';
import { distOf, manifest } from '../../support/objects';
import { sessionOn, type TestSession } from '../../support/session';
import { ran } from './support';

const ONE = manifest('v1 ConfigMap cvat/one');
const VOLUME = manifest('v1 PersistentVolumeClaim cvat/media');
const DIST = distOf({ '10-one': [ONE] });

let session: TestSession;
beforeEach(async () => {
  session = sessionOn();
  for (const object of [ONE, VOLUME]) session.cluster.put(object);
  await (await Inventory.read(session.cluster, 'local')).add('05-old', [keyOf(VOLUME)]);
  session.cluster.asked.length = 0;
});

test('diff lists what deploy keeps though it is no longer in dist, and does not count it as a difference', async () => {
  const { code, out } = await ran('diff', runDiff, session, DIST);
  expect(code).toBe(0);
  expect(out).toContain('No differences');
  expect(out).toContain(
    'Kept by deploy, though no longer in dist, unless --delete-data is given:\n  PersistentVolumeClaim cvat/media\n    holds data: its volume',
  );
});

test('diff as JSON lists it beside the differences', async () => {
  const { out } = await ran('diff', runDiff, session, DIST, '--output', 'json');
  expect(JSON.parse(out)).toEqual({
    environment: 'local',
    differences: [],
    leftOver: [{ object: 'PersistentVolumeClaim cvat/media', reason: 'holds data: its volume' }],
    notInEffect: [],
  });
});

test('deploy lists a kept object once', async () => {
  const { out } = await ran('deploy', runDeploy, session, DIST);
  expect(out.match(/PersistentVolumeClaim cvat\/media/g)).toHaveLength(1);
});

test('a dry run of deploy keeps it, and prunes it with --delete-data', async () => {
  expect(await ran('deploy', runDeploy, session, DIST, '--dry-run')).toMatchObject({
    code: 0,
    out: expect.stringContaining('because --delete-data was not given:\n  PersistentVolumeClaim cvat/media') as string,
  });
  expect(session.reporter.lines).toEqual(['applied ConfigMap cvat/one unchanged dry run']);
  await ran('deploy', runDeploy, session, DIST, '--dry-run', '--delete-data');
  expect(session.reporter.lines).toContain('applied PersistentVolumeClaim cvat/media pruned dry run');
  expect(session.cluster.writes).toEqual([]);
});

test('a dry run of deploy fails where deploy would fail before its first write', async () => {
  const needs = [{ kind: 'Secret', namespace: 'cvat', name: 'login', remedy: 'make it' }];
  const dist = distOf({ '10-one': [manifest('v1 ConfigMap cvat/one', { contract: { needs } })] });
  await expect(ran('deploy', runDeploy, session, dist, '--dry-run')).rejects.toThrow('Secret cvat/login is not found');
});
