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

test('what dist has no longer is counted apart, and told what will become of it', async () => {
  const session = sessionOn();
  for (const object of [ONE, TWO, OLD, VOLUME]) session.cluster.put(object);
  await (await Inventory.read(session.cluster, 'local')).add('10-one', [OLD, VOLUME].map(keyOf));
  const { code, out } = await ran('status', runStatus, session, DIST);
  expect(code).toBe(0);
  expect(out).toMatch(/ConfigMap cvat\/old +left over +is no longer in dist: the next deploy takes it away/);
  // It does not say so of itself: its kind does.
  expect(out).toMatch(/PersistentVolumeClaim cvat\/media +left over +is no longer in dist: holds data \(its volume\), so it stays/);
  expect(out.trimEnd().split('\n').at(-1)).toBe('All 2 objects are ready, and 2 left over.');
});

test('what is missing is counted against what dist has', async () => {
  const session = sessionOn();
  session.cluster.put(ONE);
  const { code, out } = await ran('status', runStatus, session, DIST);
  expect(code).toBe(1);
  expect(out.trimEnd().split('\n').at(-1)).toBe('1 of 2 objects are not ready.');
});
