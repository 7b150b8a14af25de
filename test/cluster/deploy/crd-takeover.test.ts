import { stringify } from 'yaml';
import { ApiError } from '../../../cluster/api/api-error';
import { OwnershipCheck } from '../../../cluster/deploy/ownership-check';
import { Inventory } from '../../../cluster/inventory';
import { contractAnnotations, ENVIRONMENT_LABEL, RELEASES_ANNOTATION } from '../../../manifests/contract';
import { CRD_KIND } from '../../../manifests/custom-resource-definition';
import type { Manifest } from '../../../manifests/manifest';
import { releaseSecret } from '../readiness/releases';
import { MemoryCluster } from '../support/memory-cluster';
import { distOf, manifest } from '../support/objects';

const GROUP = 'postgres-operator.crunchydata.com';
const NAME = `postgresclusters.${GROUP}`;

/** A CRD whose spec has these fields. */
function crd(
  fields: readonly string[],
  { versions = ['v1beta1'], ...metadata }: { versions?: string[]; [field: string]: unknown } = {},
): Manifest {
  const spec = { type: 'object', properties: Object.fromEntries(fields.map((name) => [name, { type: 'string' }])) };
  return manifest(`apiextensions.k8s.io/v1 ${CRD_KIND.kind} ${NAME}`, {
    metadata,
    spec: {
      group: GROUP,
      names: { kind: 'PostgresCluster', plural: 'postgresclusters' },
      versions: versions.map((name) => ({ name, served: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec } } } })),
    },
  });
}

const setBy = (manager: string, more: object = {}): Readonly<Record<string, unknown>> => ({
  labels: {},
  managedFields: [{ manager, operation: 'Update', apiVersion: 'apiextensions.k8s.io/v1', fieldsType: 'FieldsV1', fieldsV1: {}, ...more }],
});
const OPERATES = { operates: [{ kind: CRD_KIND.kind, name: NAME, keys: ['v1beta1/PostgresCluster'] }] };
const helmChart = (name: string, metadata: object = {}): Manifest =>
  manifest(`helm.cattle.io/v1 HelmChart kube-system/${name}`, {
    contract: OPERATES,
    spec: { chart: 'oci://example.org/pgo', version: '5.8.9', targetNamespace: 'crunchy-pgo' },
    ...(Object.keys(metadata).length > 0 && { metadata }),
  });
const operator = (namespace: string, metadata: object = {}): Manifest =>
  manifest(`apps/v1 Deployment ${namespace}/pgo`, { metadata: { labels: { [`${GROUP}/control-plane`]: 'pgo' }, ...metadata } });
const ofRelease = (namespace: string, name: string): Readonly<Record<string, unknown>> => ({
  annotations: { 'meta.helm.sh/release-name': name, 'meta.helm.sh/release-namespace': namespace },
});

const OURS = crd(['a', 'b']);
const INSTALLED = crd(['a', 'b'], setBy('helm'));

let cluster: MemoryCluster;
beforeEach(() => (cluster = new MemoryCluster()));

/** What deploy does with the CRD of dist while `live` is on the cluster. */
async function decision(
  live: Manifest,
  adopt: readonly string[] = [],
  dist: readonly Manifest[] = [OURS, helmChart('pgo')],
): Promise<string> {
  const check = new OwnershipCheck(cluster, distOf({ '10-one': dist }), await Inventory.read(cluster, 'local'), { adopt });
  const [own = OURS] = dist;
  const { action, ...rest } = await check.decide(own, cluster.put(live));
  return 'reason' in rest ? rest.reason : action;
}

test.each(['helm', 'helm-controller', 'argocd-controller'])('takes over a CRD that %s has installed', async (manager) => {
  expect(await decision(crd(['a', 'b'], setBy(manager)))).toBe('takeOver');
});

test('takes over a CRD that a chart has as a template', async () => {
  expect(await decision(crd(['a'], { labels: {}, ...ofRelease('crunchy-pgo', 'pgo') }))).toBe('takeOver');
});

test('takes over a CRD that is older, and one of a release that is no longer installed', async () => {
  cluster.put(releaseSecret({ name: 'pgo', namespace: 'old', version: '5.8.5', status: 'uninstalled' }));
  expect(await decision(crd(['a'], setBy('helm')))).toBe('takeOver');
});

test('takes over a CRD beside our own release, its HelmChart, and its Deployment', async () => {
  for (const object of [
    releaseSecret({ name: 'pgo', namespace: 'crunchy-pgo', version: '5.8.5' }),
    helmChart('pgo'),
    operator('crunchy-pgo', ofRelease('crunchy-pgo', 'pgo')),
  ])
    cluster.put(object);
  expect(await decision(INSTALLED)).toBe('takeOver');
});

test('takes over a CRD beside our own release when its HelmChart gets another name', async () => {
  cluster.put(helmChart('old'));
  cluster.put(releaseSecret({ name: 'old', namespace: 'crunchy-pgo', version: '5.8.5' }));
  expect(await decision(INSTALLED)).toBe('takeOver');
});

test('takes over a CRD that no release of dist operates, as long as no chart has it', async () => {
  cluster.put(releaseSecret({ name: 'other', files: { 'crds/one.yaml': stringify(crd([])).replaceAll(NAME, `other.${GROUP}`) } }));
  expect(await decision(INSTALLED, [], [OURS])).toBe('takeOver');
});

test('refuses a CRD that no chart has installed, as any other object', async () => {
  expect(await decision(crd(['a', 'b'], setBy('kubectl-create')))).toBe(
    'exists and is not ours: has no label platform.kapernikov.com/environment (field manager kubectl-create). ' +
      `To adopt it, run: npm run deploy -- --adopt "CustomResourceDefinition ${NAME}"`,
  );
  expect(await decision(crd(['a', 'b'], setBy('helm', { subresource: 'status' })))).toContain('exists and is not ours');
});

test('refuses a CRD that Flux applies from git as well: it would apply it again', async () => {
  const { managedFields } = setBy('helm') as { managedFields: readonly object[] };
  const flux = { ...managedFields[0], manager: 'kustomize-controller', operation: 'Apply' };
  expect(await decision(crd(['a', 'b'], { labels: {}, managedFields: [...managedFields, flux] }))).toContain(
    '(field manager helm, kustomize-controller)',
  );
});

const refusal = (reason: string, owner = 'field manager helm'): string =>
  `exists, was installed with a chart (${owner}), and is not taken over: ${reason} ` +
  `To adopt it nevertheless, run: npm run deploy -- --adopt "CustomResourceDefinition ${NAME}"`;

test('refuses a CRD that declares more, with both versions as far as they are known', async () => {
  const newer = crd(['a', 'b', 'c', 'd', 'e'], { versions: ['v1beta1', 'v1'], ...setBy('helm') });
  expect(await decision(newer)).toBe(
    refusal(
      'it is newer than the CRD of dist, or of another line: it is of an unknown version, that of dist is of pgo 5.8.9, ' +
        'and only it declares spec.c (v1beta1), spec.d (v1beta1), spec.e (v1beta1) and 1 more. ' +
        'Set the version in the environment to the one that installed it.',
    ),
  );
  cluster.put(releaseSecret({ name: 'pgo', namespace: 'crunchy-pgo', version: '6.0.3', files: { 'crds/one.yaml': stringify(crd([])) } }));
  const annotated = crd(['a', 'b'], { annotations: { [RELEASES_ANNOTATION]: '5.8.7 - 5.8.9' } });
  expect(await decision(newer, [], [annotated, helmChart('pgo')])).toContain(
    ': it is of Helm release crunchy-pgo/pgo (chart pgo 6.0.3), that of dist is of pgo 5.8.7 - 5.8.9, and only it declares',
  );
});

const USED = 'Uninstall the other one first (its CRDs and custom resources stay), or remove this one from the environment.';

test.each<[string, Manifest, string]>([
  [
    'a Helm release',
    releaseSecret({ name: 'pgo', namespace: 'databases', version: '6.0.3' }),
    'Helm release databases/pgo (chart pgo 6.0.3)',
  ],
  [
    'a Helm release of another chart with the same CRD',
    releaseSecret({ name: 'platform', namespace: 'databases', version: '1.0.0', files: { 'crds/one.yaml': stringify(crd([])) } }),
    'Helm release databases/platform (chart platform 1.0.0)',
  ],
  ['a HelmChart', helmChart('foreign', { labels: {} }), 'HelmChart kube-system/foreign'],
  [
    'a HelmRelease',
    manifest('helm.toolkit.fluxcd.io/v2 HelmRelease databases/pgo', {
      metadata: { labels: {} },
      spec: { chart: { spec: { chart: 'pgo', version: '5.8.9' } } },
    }),
    'HelmRelease databases/pgo',
  ],
  [
    'an Application',
    manifest('argoproj.io/v1alpha1 Application argocd/pgo', {
      metadata: { labels: {} },
      spec: { source: { repoURL: 'example.org', chart: 'pgo', targetRevision: '5.8.9' }, destination: { namespace: 'databases' } },
    }),
    'Application argocd/pgo',
  ],
  ['a running operator without a release', operator('postgres-operator'), 'Deployment postgres-operator/pgo'],
  ['a running operator of another release', operator('databases', ofRelease('databases', 'gone')), 'Deployment databases/pgo'],
])('refuses a CRD that is used by %s', async (_, foreign, named) => {
  cluster.put(foreign);
  expect(await decision(INSTALLED)).toBe(refusal(`${named} uses it, too; dist is of pgo 5.8.9. ${USED}`));
});

const fluxRelease = (what: string, source: string, annotations: Readonly<Record<string, string>> = {}): Manifest =>
  manifest(`helm.toolkit.fluxcd.io/v2 HelmRelease ${what}`, {
    spec: { chartRef: { kind: 'OCIRepository', name: source } },
    metadata: { labels: {}, annotations },
  });
const ociRepository = (what: string, chart: string): Manifest =>
  manifest(`source.toolkit.fluxcd.io/v1 OCIRepository ${what}`, {
    spec: { url: `oci://example.org/${chart}`, ref: { tag: '5.8.9' } },
    metadata: { labels: {} },
  });

describe('where Flux names the chart by its source', () => {
  const own = [OURS, fluxRelease('default/own', 'pgo', contractAnnotations(OPERATES)), ociRepository('default/pgo', 'pgo')];

  test('refuses a CRD that a HelmRelease will use, with the version of dist', async () => {
    cluster.put(ociRepository('databases/pgo', 'pgo'));
    cluster.put(fluxRelease('databases/pgo', 'pgo'));
    expect(await decision(INSTALLED, [], own)).toBe(refusal(`HelmRelease databases/pgo uses it, too; dist is of pgo 5.8.9. ${USED}`));
  });

  test('takes over a CRD beside a HelmRelease of another chart', async () => {
    cluster.put(ociRepository('podinfo/podinfo', 'podinfo'));
    cluster.put(fluxRelease('podinfo/podinfo', 'podinfo'));
    expect(await decision(INSTALLED, [], own)).toBe('takeOver');
  });

  test('refuses while the chart of a HelmRelease is unknown, until Helm has its release', async () => {
    cluster.put(fluxRelease('podinfo/podinfo', 'gone'));
    expect(await decision(INSTALLED, [], own)).toContain(': HelmRelease podinfo/podinfo (its chart is unknown) uses it, too;');
    cluster.put(releaseSecret({ name: 'podinfo', namespace: 'podinfo' }));
    expect(await decision(INSTALLED, [], own)).toBe('takeOver');
  });
});

test('refuses a CRD that a release will use also where dist has rendered its own', async () => {
  cluster.put(helmChart('foreign', { labels: {} }));
  expect(await decision(INSTALLED, [], [OURS, operator('crunchy-pgo')])).toContain(': HelmChart kube-system/foreign uses it, too;');
});

test('refuses while the Secret of a Helm release cannot be read', async () => {
  cluster.put({ ...releaseSecret({ name: 'some', namespace: 'databases' }), data: { release: 'damaged' } });
  expect(await decision(INSTALLED)).toContain(': Helm release databases/some (its chart is unknown) uses it, too;');
});

test('refuses a CRD of another environment, also when a chart had installed it', async () => {
  const labels = { [ENVIRONMENT_LABEL]: 'other' };
  expect(await decision(crd(['a', 'b'], { ...setBy('helm'), labels }))).toContain('exists and is not ours: belongs to environment "other"');
});

test('names a release once, with its newest revision', async () => {
  const release = { name: 'pgo', namespace: 'databases' };
  for (const object of [
    releaseSecret({ ...release, version: '5.8.5', status: 'superseded' }),
    releaseSecret({ ...release, version: '6.0.3', revision: 2 }),
    operator('databases', ofRelease('databases', 'pgo')),
  ])
    cluster.put(object);
  expect(await decision(INSTALLED)).toContain(': Helm release databases/pgo (chart pgo 6.0.3) uses it, too');
});

test('refuses when RBAC does not let it look for other releases', async () => {
  const list = cluster.list.bind(cluster);
  jest.spyOn(cluster, 'list').mockImplementation((kind, options) => {
    if (kind.kind === 'Secret') throw new ApiError(403, { message: 'secrets is forbidden' });
    return list(kind, options);
  });
  expect(await decision(INSTALLED)).toBe(refusal('whether another release uses it cannot be checked (secrets is forbidden).'));
});

test('adopts in words what it does not take over', async () => {
  cluster.put(operator('postgres-operator'));
  expect(await decision(INSTALLED, [`CustomResourceDefinition ${NAME}`])).toBe('adopt');
});

test('looks for other releases once for all CRDs, and not for a CRD that is ours', async () => {
  expect(await decision(OURS)).toBe('apply');
  expect(cluster.asked.filter((line) => line.startsWith('list Secret'))).toEqual([]);
  const check = new OwnershipCheck(cluster, distOf({ '10-one': [OURS] }), await Inventory.read(cluster, 'local'), { adopt: [] });
  const live = cluster.put(INSTALLED);
  await check.decide(OURS, live);
  await check.decide(OURS, live);
  expect(cluster.asked.filter((line) => line.startsWith('list Secret'))).toEqual(['list Secret * owner=helm,status!=superseded']);
});
