import { stringify } from 'yaml';
import { contractAnnotations } from '../../../manifests/contract';
import type { LiveObject } from '../../../cluster/objects/live-object';
import { live, stateOf } from './support';
import { type ReleaseParts, releaseSecret } from './releases';

const NAME = 'widgets.example.org';
const OLD = { spec: { properties: { size: { type: 'integer' } } } };
const NEW = {
  spec: {
    properties: {
      size: { type: 'integer' },
      parts: { items: { properties: { name: { type: 'string' } } } },
      labels: { additionalProperties: { properties: { value: { type: 'string' } } } },
    },
  },
};

interface Versions {
  readonly [version: string]: object;
}

const versionsOf = (versions: Versions): object[] =>
  Object.entries(versions).map(([name, properties]) => ({
    name,
    served: true,
    schema: { openAPIV3Schema: { type: 'object', properties } },
  }));

/** A CRD on the cluster, created at the same time as the release unless `more` says otherwise. */
function onCluster(versions: Versions, more: object = { generation: 2 }): LiveObject {
  const spec = { names: { kind: 'Widget', plural: 'widgets' }, versions: versionsOf(versions) };
  const status = { conditions: [{ type: 'Established', status: 'True' }] };
  return live('apiextensions.k8s.io/v1 CustomResourceDefinition', { namespace: '', name: NAME, more: { ...more }, spec, status });
}

function inChart(versions: Versions): ReleaseParts {
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: NAME },
    spec: { versions: versionsOf(versions) },
  };
  return { files: { 'crds/widgets.yaml': stringify(crd), 'crds/README.md': 'no: [yaml', 'other.yaml': '{}' } };
}

function state(spec: object, objects: readonly LiveObject[], more: object = {}): Promise<string> {
  const annotations = contractAnnotations({ makes: [{ kind: 'CustomResourceDefinition', name: NAME, keys: ['v1/Widget'] }] });
  const all = { chart: 'oci://example.org/widgets', version: '2.73.0', targetNamespace: 'cvat', ...spec };
  return stateOf(
    live('helm.cattle.io/v1 HelmChart', { namespace: 'kube-system', name: 'cvat', annotations, more: { ...more }, spec: all, status: {} }),
    objects,
  );
}

const compared = (shipped: Versions, present: Versions): Promise<string> =>
  state({}, [releaseSecret(inChart(shipped)), onCluster(present)]);

test('a release has failed while the CRD on the cluster lacks fields of the one in its chart', async () => {
  expect(await compared({ v1: NEW }, { v1: OLD })).toBe(
    `failed: CRD ${NAME} on the cluster is not of chart version 2.73.0: it does not declare spec.parts, spec.labels. ` +
      'Helm does not upgrade CRDs. Update them: helm show crds oci://example.org/widgets --version 2.73.0 | ' +
      'kubectl apply --server-side --force-conflicts -f -',
  );
});

test('names fields in lists and maps by their paths, and at most three', async () => {
  const present = { spec: { properties: { ...NEW.spec.properties, parts: { items: {} }, labels: { additionalProperties: {} } } } };
  expect(await compared({ v1: NEW }, { v1: present })).toContain('it does not declare spec.parts[].name, spec.labels.*.value. ');
  const many = { spec: { properties: { a: {}, b: {}, c: {}, d: {}, e: {} } } };
  expect(await compared({ v1: many }, { v1: OLD })).toContain('it does not declare spec.a, spec.b, spec.c and 2 more. ');
});

test('names a version that the CRD on the cluster does not have', async () => {
  expect(await compared({ v1: OLD, v2: OLD }, { v1: OLD })).toContain('it does not declare version v2. ');
});

test.each<[string, Versions, Versions]>([
  ['is the same', { v1: NEW }, { v1: NEW }],
  ['declares more: CRDs are upgraded before their release', { v1: OLD }, { v1: NEW, v2: OLD }],
  ['accepts unknown fields', { v1: NEW }, { v1: { spec: { 'x-kubernetes-preserve-unknown-fields': true } } }],
])('a release is ready when the CRD on the cluster %s', async (_what, shipped, present) => {
  expect(await compared(shipped, present)).toBe('ready');
});

test('a release is ready when its chart has no such CRD', async () => {
  expect(await state({}, [releaseSecret(), onCluster({ v1: OLD })])).toBe('ready');
});

describe('a CRD that was created with the first revision', () => {
  const untouched = onCluster({ v1: OLD }, { generation: 1 });
  const release = (revision: number, version: string): LiveObject => releaseSecret({ ...inChart({ v1: NEW }), revision, version });

  test('is of its chart, and is not compared', async () => {
    expect(await state({}, [release(1, '2.73.0'), untouched])).toBe('ready');
    expect(await state({}, [release(2, '2.73.0'), release(1, '2.73.0'), untouched])).toBe('ready');
  });

  test('is compared after an upgrade of the chart, when it was changed, when it is older, and when the first revision is not known', async () => {
    const changed = onCluster({ v1: OLD }, { generation: 2 });
    expect(await state({}, [release(2, '2.73.0'), release(1, '2.72.0'), untouched])).toMatch(/^failed/);
    expect(await state({}, [release(1, '2.73.0'), changed])).toMatch(/^failed/);
    expect(await state({}, [release(12, '2.73.0'), release(3, '2.73.0'), untouched])).toMatch(/^failed/);
    expect(await state({}, [release(1, '2.73.0'), untouched], { creationTimestamp: '2026-01-02T00:00:00Z' })).toMatch(/^failed/);
  });
});

test('the remedy names the repository of the chart, or takes the chart from the HelmChart itself', async () => {
  const objects = [releaseSecret(inChart({ v1: NEW })), onCluster({ v1: OLD })];
  expect(await state({ chart: 'widgets', repo: 'https://example.org/charts' }, objects)).toContain(
    'Update them: helm show crds widgets --repo https://example.org/charts --version 2.73.0 |',
  );
  expect(await state({ chart: undefined, version: undefined, chartContent: 'eA==' }, objects)).toContain(
    "Update them: kubectl -n kube-system get helmchart cvat -o jsonpath='{.spec.chartContent}' | base64 -d > cvat.tgz && helm show crds cvat.tgz |",
  );
});
