import { withoutAbandoned } from '../../cluster/diff/abandoned';
import { differenceOf } from '../../cluster/diff/difference';
import { CLIENT_SIDE_APPLY, migrated } from '../../cluster/objects/managed-fields';
import type { LiveObject } from '../../cluster/objects/live-object';
import { valueAt } from '../../manifests/fields';
import type { Manifest } from '../../manifests/manifest';
import { type ControlPlane, startControlPlane } from './harness/control-plane';
import type { Kubectl } from './harness/kubectl';
import { until } from './harness/until';

/**
 * What the difference shows of an object that kubectl has applied is what the API server makes of it: predicted from a dry run, compared with
 * the object that there is after the fields were really taken over and the manifest applied.
 */

const MANAGER = 'platform';
const takeover = { from: CLIENT_SIDE_APPLY, to: MANAGER };

let controlPlane: ControlPlane;
let kubectl: Kubectl;

beforeAll(async () => {
  controlPlane = await startControlPlane();
  ({ kubectl } = controlPlane);
});

afterAll(() => controlPlane.stop());

function get({ kind, metadata: { name } }: Manifest): Promise<LiveObject> {
  return kubectl.get<LiveObject>(kind.toLowerCase(), name, '--show-managed-fields');
}

async function apply(manifest: Manifest, ...flags: readonly string[]): Promise<LiveObject> {
  const server = ['--server-side', '--force-conflicts', `--field-manager=${MANAGER}`, '--show-managed-fields', '-o', 'json'];
  const { code, stdout, stderr } = await kubectl.apply(manifest, ...server, ...flags);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as LiveObject;
}

/** The Deployment when its controller has seen it: then that has also written its annotation, which is no difference between the two. */
function observed(deployment: Manifest): Promise<LiveObject> {
  return until('the Deployment is observed', async () => {
    const live = await get(deployment);
    return valueAt(live, 'status', 'observedGeneration') === valueAt(live, 'metadata', 'generation') && live;
  });
}

/** Controllers write into the object at the same time, so it may have changed since it was read. */
async function takeOver(manifest: Manifest): Promise<void> {
  for (;;) {
    const { metadata } = await get(manifest);
    const patch = [
      { op: 'replace', path: '/metadata/managedFields', value: migrated(metadata.managedFields ?? [], takeover) },
      { op: 'replace', path: '/metadata/resourceVersion', value: metadata.resourceVersion },
    ];
    const target = [manifest.kind.toLowerCase(), metadata.name];
    const { code, stderr } = await kubectl.run(['patch', ...target, '--type=json', '--patch', JSON.stringify(patch)]);
    if (code === 0) return;
    if (!stderr.includes('the object has been modified')) throw new Error(stderr);
  }
}

/** What the difference says, and then what it was. */
async function foretold(before: Manifest, after: Manifest): Promise<{ changed: string[]; wrong: string }> {
  expect(await kubectl.apply(before)).toMatchObject({ code: 0 });
  const live = before.kind === 'Deployment' ? await observed(before) : await get(before);
  const next = withoutAbandoned(await apply(after, '--dry-run=server'), live, takeover);
  await takeOver(before);
  const { text } = differenceOf(live, next, 'dist');
  return {
    changed: text.split('\n').filter((line) => /^[+-] /.test(line)),
    wrong: differenceOf(next, await apply(after), 'the cluster').text,
  };
}

const metadata = (name: string): Manifest['metadata'] => ({ name, namespace: 'default' });

test('an unchanged object has no difference, also where kubectl owns defaults', async () => {
  const labels = { app: 'same' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'one', image: 'one', ports: [{ containerPort: 80 }] }] } };
  const manifest = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata('same'),
    spec: { selector: { matchLabels: labels }, template },
  };
  expect(await foretold(manifest, manifest)).toEqual({ changed: [], wrong: '' });
});

test('fields, items of lists and keys of maps that are gone from dist go away', async () => {
  const labels = { app: 'one' };
  const deployment = (spec: object, pod: object, ...containers: readonly object[]): Manifest => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata('one'),
    spec: { ...spec, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { ...pod, containers } } },
  });
  const env = (...names: readonly string[]): object[] => names.map((name) => ({ name, value: 'x' }));
  const before = deployment(
    { replicas: 2, paused: true },
    { nodeSelector: { a: 'b' } },
    { name: 'one', image: 'one', env: env('A', 'B', 'C'), ports: [{ containerPort: 80 }, { containerPort: 81 }] },
    { name: 'two', image: 'two' },
  );
  const after = deployment({ replicas: 3 }, {}, { name: 'one', image: 'one', env: env('B'), ports: [{ containerPort: 80 }] });
  const { changed, wrong } = await foretold(before, after);
  expect(wrong).toBe('');
  expect(changed).toEqual([
    '-  paused: true',
    '-  replicas: 2',
    '+  replicas: 3',
    '-            - name: A',
    '-              value: x',
    '-            - name: C',
    '-              value: x',
    '-            - containerPort: 81',
    '-              protocol: TCP',
    '-        - image: two',
    '-          imagePullPolicy: Always',
    '-          name: two',
    '-          resources: {}',
    '-          terminationMessagePath: /dev/termination-log',
    '-          terminationMessagePolicy: File',
    '-      nodeSelector:',
    '-        a: b',
  ]);
});

test("a key of a Secret that is gone from dist goes away, and neither its value nor kubectl's copy of it is shown", async () => {
  const secret = (data: object): Manifest => ({ apiVersion: 'v1', kind: 'Secret', metadata: metadata('one'), type: 'Opaque', data });
  const { changed, wrong } = await foretold(secret({ a: 'YQ==', b: 'Yg==' }), secret({ a: 'Yw==' }));
  expect({ changed, wrong }).toEqual({ changed: ['-  a: "*** (before)"', '-  b: "***"', '+  a: "*** (after)"'], wrong: '' });
});

test('a field that another manager owns as well stays', async () => {
  const map = (data: object): Manifest => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('shared'), data });
  expect(await kubectl.apply(map({ a: '1', b: '2' }))).toMatchObject({ code: 0 });
  expect(await kubectl.apply(map({ b: '2' }), '--server-side', '--field-manager=other')).toMatchObject({ code: 0 });
  expect(await foretold(map({ a: '1', b: '2' }), map({ a: '1' }))).toEqual({ changed: [], wrong: '' });
});
