import { check } from '../checks/check';
import { fromOci, fromRepository } from '../constructs/helm/chart-source';
import type { Delivery } from '../constructs/helm/delivery';
import { argoCd } from '../constructs/helm/delivery/argo-cd';
import { flux } from '../constructs/helm/delivery/flux';
import { k3s } from '../constructs/helm/delivery/k3s';
import type { HelmReleaseProps } from '../constructs/helm/helm-release';
import { type Environment, Platform } from '../constructs/platform';
import { reportedProblems } from '../constructs/problem';
import { releaseOf } from '../manifests/helm-release';
import { formatKey, groupOf, keyOf } from '../manifests/manifest';
import { environments } from './fixtures/environments';
import { synthesize } from './fixtures/synthesize';

const DELIVERIES: Readonly<Record<string, () => Delivery>> = { k3s, flux, argoCd };
const OTHERS = Object.entries(DELIVERIES).filter(([name]) => name !== 'k3s');

type Release = HelmReleaseProps & { readonly namespace: string };

const release = (change: Partial<Release>): Release => ({
  name: 'tool',
  namespace: 'cvat',
  chart: fromOci('oci://registry.example.org/charts/tool', '1.2.3'),
  ...change,
});

const reads = { kind: 'Secret', namespace: 'cvat', name: 'made-later' };

/** Each is one mistake that the checks find in a release, and the rule that finds it. */
const MISTAKES: readonly (readonly [string, string, ...Partial<Release>[]])[] = [
  ['a wrong database host', 'missing-reference', { values: { database: { host: 'my-postgres-primry.cvat.svc' } } }],
  ['a Secret that nothing creates', 'missing-reference', { values: { auth: { existingSecret: 'my-postgres-pguser-cvta' } } }],
  [
    'a key that its Secret does not have',
    'missing-reference',
    { values: { auth: { existingSecret: 'my-postgres-pguser-cvat', existingSecretPasswordKey: 'pasword' } } },
  ],
  [
    'a ConfigMap that nothing creates',
    'missing-reference',
    { values: { env: [{ valueFrom: { configMapKeyRef: { name: 'a', key: 'b' } } }] } },
  ],
  ['a claim that nothing creates', 'missing-reference', { values: { persistence: { existingClaim: 'data' } } }],
  ['an IngressClass that the cluster lacks', 'missing-reference', { values: { ingress: { className: 'nginx' } } }],
  ['a ClusterIssuer that the cluster lacks', 'missing-reference', { values: { ingress: { clusterIssuer: 'letsencrypt' } } }],
  ['an image pull Secret that nothing creates', 'missing-reference', { values: { imagePullSecrets: [{ name: 'registry' }] } }],
  ['a Service that it reads and nothing creates', 'missing-reference', { reads: [{ kind: 'Service', namespace: 'cvat', name: 'web' }] }],
  ['open analytics and default passwords', 'default-password', { chart: fromOci('oci://registry-1.docker.io/cvat/cvat', '2.73.0') }],
  ['a default superuser', 'default-password', { chart: fromRepository('https://kapernikov.github.io/cvat-helm/', 'cvat-helm', '0.2.4') }],
  ['a range as version', 'unpinned-version', { chart: fromOci('oci://registry.example.org/charts/tool', '1.x') }],
  ['a range as version in a repository', 'unpinned-version', { chart: fromRepository('https://charts.example.org', 'tool', '^1.2.3') }],
  ['a tag that moves', 'unpinned-version', { values: { image: { repository: 'tool', tag: 'latest' } } }],
  ['a name that is too long', 'long-name', { name: 't'.repeat(54) }],
  ['a Secret of a later stage', 'stage-order', { reads: [reads] }, { name: 'zone', makes: [reads] }],
  ['a namespace of a later stage', 'stage-order', { reads: [{ kind: 'Namespace', name: 'late' }] }, { name: 'zone', namespace: 'late' }],
  ['one name twice', 'duplicate-identity', {}, { namespace: 'default' }],
];

const broken = (delivery: Delivery, changes: readonly Partial<Release>[]): Platform =>
  new Platform('local', { ...local(), delivery, releases: changes.map(release) });

function local(): Environment {
  const { local: environment } = environments;
  if (!environment) throw new Error('no environment local');
  return environment;
}

/** The findings without what a delivery decides: the kind of its objects, the names of their fields, and what it calls their limits. */
function findings(delivery: Delivery, changes: readonly Partial<Release>[]): string[] {
  return check(broken(delivery, changes).stages()).map(({ rule, object, field, message }) => {
    const path = object.path.replace(/\/source$/, '/resource');
    const plain = field
      .replace(/^spec\.(valuesContent|values|source\.helm\.valuesObject)\b/, 'values')
      .replace(/^spec\.(version|chart\.spec\.version|ref\.tag|source\.targetRevision)$/, 'version')
      .replace(/^(metadata\.name|spec\.releaseName|spec\.source\.helm\.releaseName)$/, 'name');
    const words = message
      .replace(/(must have at most) .*, because .*; got/, '$1 …; got')
      .replace(/\b(HelmChart|HelmRelease|Application) \S+/g, 'the release');
    return `${rule} ${path} ${plain} ${words}`;
  });
}

describe.each(MISTAKES.map(([what, rule, ...changes]) => ({ what, rule, changes })))('$what', ({ rule, changes }) => {
  const expected = findings(k3s(), changes);

  test(`is found by ${rule}`, () => {
    expect(expected).toEqual(expect.arrayContaining([expect.stringMatching(new RegExp(`^${rule} `))]));
  });

  test.each(OTHERS)('has the same findings under %s', (_name, delivery) => {
    expect(findings(delivery(), changes)).toEqual(expected);
  });

  test('is the same number of problems in the output of synth under each delivery', () => {
    const counts = Object.values(DELIVERIES).map(
      (delivery) =>
        synthesize({ local: { ...local(), delivery: delivery(), releases: changes.map(release) } }).problems.filter(
          ({ path }) => path !== '',
        ).length,
    );
    expect(new Set(counts).size).toBe(1);
  });
});

describe.each(OTHERS)('the environments of the tests under %s', (_, delivery) => {
  const all = Object.entries(environments).map(([name, environment]) => [name, environment] as const);

  test.each(all)('%s has no problem but what it has with k3s', (name, environment) => {
    const problems = (one: Delivery): string[] => {
      const platform = new Platform(name, { ...environment, delivery: one });
      return [...reportedProblems(platform), ...check(platform.stages())].map(({ field, message }) => `${field} ${message}`);
    };
    const known = /^(spec\.\S+: superUser\.initialPassword|timeout must be left out)/;
    expect(problems(delivery()).filter((text) => !known.test(text))).toEqual(problems(k3s()).filter((text) => !known.test(text)));
  });

  test.each(all)('%s has the same objects but for those of the delivery', (name, environment) => {
    const objects = (one: Delivery): string[] =>
      new Platform(name, { ...environment, delivery: one })
        .stages()
        .flatMap(({ name: stage, objects: those }) =>
          those
            .filter(({ manifest }) => !releaseOf(manifest) && !manifest.apiVersion.startsWith('source.toolkit.fluxcd.io/'))
            .map(({ manifest }) => `${stage} ${JSON.stringify(manifest)}`),
        );
    expect(objects(delivery())).toEqual(objects(k3s()));
  });

  test.each(all)('%s has the same releases', (name, environment) => {
    const releases = (one: Delivery): unknown[] =>
      new Platform(name, { ...environment, delivery: one }).stages().flatMap(({ objects }) =>
        objects.flatMap(({ manifest }) => {
          const found = releaseOf(manifest);
          return found ? [{ name: found.name, namespace: found.namespace, values: found.values }] : [];
        }),
      );
    expect(releases(k3s()).length).toBeGreaterThan(0);
    expect(releases(delivery())).toEqual(releases(k3s()));
  });
});

test.each(Object.entries(DELIVERIES))('data protection covers the objects of releases under %s', (_, delivery) => {
  const manifests = broken(delivery(), [])
    .stages()
    .flatMap(({ objects }) => objects.map(({ manifest }) => manifest));
  const [policy] = manifests.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
  const { matchConstraints } = policy?.['spec'] as { matchConstraints: { resourceRules: { apiGroups: string[] }[] } };
  const groups = matchConstraints.resourceRules.flatMap(({ apiGroups }) => apiGroups);
  const releases = manifests.filter((manifest) => releaseOf(manifest)).map(({ apiVersion }) => groupOf(apiVersion));
  expect(groups).toEqual(expect.arrayContaining(releases));
});

test('an object of a delivery is called as its release', () => {
  const names = Object.values(DELIVERIES).map((delivery) =>
    broken(delivery(), [{}])
      .stages()
      .flatMap(({ objects }) => objects.filter(({ manifest }) => releaseOf(manifest)).map(({ manifest }) => formatKey(keyOf(manifest)))),
  );
  expect(names).toEqual([
    ['HelmChart kube-system/pgo', 'HelmChart kube-system/cvat', 'HelmChart kube-system/tool'],
    ['HelmRelease flux-system/pgo', 'HelmRelease flux-system/cvat', 'HelmRelease flux-system/tool'],
    ['Application argocd/pgo', 'Application argocd/cvat', 'Application argocd/tool'],
  ]);
});
