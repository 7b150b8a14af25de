import { runStatus } from '../../../../cluster/cli/commands/run-status';
import { Inventory } from '../../../../cluster/inventory';
import { keyOf } from '../../../../manifests/manifest';
import { distOf, manifest } from '../../support/objects';
import { sessionOn } from '../../support/session';
import { ran } from './support';

const [ONE, TWO, OLD, VOLUME] = [
  manifest('v1 ConfigMap cvat/one'),
  manifest('v1 ConfigMap cvat/two'),
  manifest('v1 ConfigMap cvat/old'),
  manifest('v1 PersistentVolumeClaim cvat/media'),
];
const DIST = distOf({ '10-one': [ONE, TWO] });

test('counts objects that are no longer in dist apart, and says whether deploy prunes or keeps them', async () => {
  const session = sessionOn();
  for (const object of [ONE, TWO, OLD, VOLUME]) session.cluster.put(object);
  await (await Inventory.read(session.cluster, 'local')).add('10-one', [OLD, VOLUME].map(keyOf));
  const { code, out } = await ran('status', runStatus, session, DIST);
  expect(code).toBe(0);
  expect(out).toMatch(/ConfigMap cvat\/old +left over +is no longer in dist: the next deploy prunes it/);
  // By its kind: it has no annotation.
  expect(out).toMatch(/PersistentVolumeClaim cvat\/media +left over +is no longer in dist: holds data \(its volume\), so deploy keeps it/);
  expect(out.trimEnd().split('\n').at(-1)).toBe('local is ready (2 objects, 2 left over).');
});

test('counts missing objects as not ready', async () => {
  const session = sessionOn();
  session.cluster.put(ONE);
  const { code, out } = await ran('status', runStatus, session, DIST);
  expect(code).toBe(1);
  expect(out.trimEnd().split('\n').at(-1)).toBe('local is not ready (1 of 2 objects not ready).');
});
