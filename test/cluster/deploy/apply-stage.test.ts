import type { Manifest } from '../../../manifests/manifest';
import { ApiError } from '../../../cluster/api/api-error';
import { StageApplication } from '../../../cluster/deploy/apply-stage';
import { Inventory } from '../../../cluster/inventory';
import type { Unready } from '../../../cluster/deploy/wait-until-ready';
import { crd, distOf, manifest } from '../support/objects';
import { NOTHING_READ, ownershipOf } from '../support/ownership';
import { sessionOn, type TestSession } from '../support/session';

let session: TestSession;
beforeEach(() => (session = sessionOn()));

/** Applies the stage 20-two of a dist. */
async function applied(objects: readonly Manifest[], before: readonly Manifest[] = []): Promise<readonly Unready[]> {
  const dist = distOf({ '10-one': before, '20-two': objects });
  const inventory = await Inventory.read(session.cluster, dist.environment);
  const application = new StageApplication(session, {
    dist,
    inventory,
    ownership: await ownershipOf(session.cluster, dist),
    before: NOTHING_READ,
    timeoutMilliseconds: 60_000,
    force: false,
  });
  const [, stage] = dist.stages;
  return stage ? application.apply(stage) : [];
}

const [WIDGET, OTHER_WIDGET, GADGET] = [
  manifest('example.org/v1 Widget cvat/one'),
  manifest('example.org/v1 Widget cvat/two'),
  manifest('example.org/v1 Gadget cvat/one'),
];
const installing = (kind: string): Manifest =>
  manifest(`helm.cattle.io/v1 HelmChart kube-system/${kind.toLowerCase()}`, {
    contract: { makes: [{ kind: 'CustomResourceDefinition', name: `${kind.toLowerCase()}s.example.org`, keys: [`v1/${kind}`] }] },
  });

test('reports for each object of a kind that is not served which object creates its CRD', async () => {
  session.cluster.unserved.add('Widget').add('Gadget');
  const reason = (name: string): string => `this kind is not served yet; HelmChart kube-system/${name} creates its CRD`;
  expect(await applied([WIDGET, OTHER_WIDGET, GADGET], ['Widget', 'Gadget'].map(installing))).toEqual([
    { object: 'Widget cvat/one', state: 'waiting', reason: reason('widget') },
    { object: 'Widget cvat/two', state: 'waiting', reason: reason('widget') },
    { object: 'Gadget cvat/one', state: 'waiting', reason: reason('gadget') },
  ]);
});

test('fails for an object of a kind whose CRD no object creates', async () => {
  session.cluster.unserved.add('Gadget');
  expect(await applied([WIDGET, GADGET])).toMatchObject([{ object: 'Gadget cvat/one', state: 'failed' }]);
  expect(session.cluster.names).toEqual([]);
});

test('reports all objects that wait to be applied, each until it is applied', async () => {
  const [one, two, three] = ['one', 'two', 'three'].map((name) => manifest(`v1 ConfigMap ${name}/settings`)) as [
    Manifest,
    Manifest,
    Manifest,
  ];
  const terminating = new Set(['one', 'two']);
  session.clock.after(5000, () => terminating.delete('one'));
  session.clock.after(10_000, () => terminating.delete('two'));
  const apply = session.cluster.apply.bind(session.cluster);
  jest.spyOn(session.cluster, 'apply').mockImplementation(async (object, options) => {
    const { namespace = '' } = object.metadata;
    if (terminating.has(namespace)) throw new ApiError(403, { message: 'no', details: { causes: [{ reason: 'NamespaceTerminating' }] } });
    return apply(object, options);
  });
  const shown: string[] = [];
  jest.spyOn(session.reporter, 'waiting').mockImplementation((objects) => {
    const line = objects.map(({ object }) => object).join(' and ');
    if (line !== shown.at(-1)) shown.push(line);
  });
  expect(await applied([one, two, three])).toEqual([]);
  const waits = 'ConfigMap one/settings and ConfigMap two/settings';
  expect(shown.slice(shown.indexOf(waits))).toEqual([waits, 'ConfigMap two/settings', '']);
});

test('reports a warning of the API server with its object when an apply changes it, and not at the next deployment', async () => {
  const apply = session.cluster.apply.bind(session.cluster);
  jest
    .spyOn(session.cluster, 'apply')
    .mockImplementation(async (object, options) => ({ ...(await apply(object, options)), warnings: ['v1 Widget is deprecated'] }));
  const warnings = (): string[] => session.reporter.lines.filter((line) => line.startsWith('warning'));
  expect(await applied([WIDGET])).toEqual([]);
  expect(warnings()).toEqual(['warning Widget cvat/one v1 Widget is deprecated']);
  expect(await applied([WIDGET])).toEqual([]);
  expect(warnings()).toHaveLength(1);
  expect(await applied([{ ...WIDGET, spec: { size: 2 } }])).toEqual([]);
  expect(warnings()).toHaveLength(2);
});

test('fails at once for a field that the CRD on the cluster does not declare, and names the CRD and the remedy', async () => {
  const message = 'failed to create typed patch object (cvat/one; example.org/v1, Kind=Widget): .spec.size: field not declared in schema';
  jest
    .spyOn(session.cluster, 'apply')
    .mockImplementation((object) =>
      object.kind === 'Widget'
        ? Promise.reject(new ApiError(500, { reason: 'InternalError', message }))
        : Promise.resolve({ object: session.cluster.put(object), created: true }),
    );
  const before = session.clock.now();
  expect(await applied([WIDGET])).toEqual([
    {
      object: 'Widget cvat/one',
      state: 'failed',
      reason:
        'spec.size: must be a field of CRD widgets.example.org (v1), and the one on the cluster does not declare it. ' +
        'Correct the field, or update the CRD to the version that dist is made for: kubectl apply --server-side --force-conflicts -f <CRD>',
    },
  ]);
  expect(session.clock.now()).toBe(before);
});

test('waits until the API server knows a field of a CRD that this deployment has changed', async () => {
  const message = '.spec.size: field not declared in schema';
  const apply = session.cluster.apply.bind(session.cluster);
  let isKnown = false;
  jest
    .spyOn(session.cluster, 'apply')
    .mockImplementation((object, options) =>
      object.kind === 'Widget' && !isKnown ? Promise.reject(new ApiError(500, { message })) : apply(object, options),
    );
  session.clock.after(1000, () => (isKnown = true));
  expect(await applied([crd('Widget', 'v1'), WIDGET])).toEqual([]);
  expect(session.cluster.names).toContain('Widget cvat/one');
});
