import { type ChartSource, fromArchive, fromGit, fromOci, fromRepository } from '../../../../constructs/helm/chart-source';
import { argoCd } from '../../../../constructs/helm/delivery/argo-cd';
import { HelmRelease, type HelmReleaseProps } from '../../../../constructs/helm/helm-release';
import { objectsOfKind, problemsOf, yamlOf } from '../../../support';

const OCI = fromOci('oci://ghcr.io/grafana/grafana', '1.0.0');
const DIGEST = `sha256:${'a'.repeat(64)}`;
const COMMIT = 'a'.repeat(40);

const release: HelmReleaseProps = { name: 'grafana', namespace: 'monitoring', chart: OCI, delivery: argoCd() };

function spec(change: Partial<HelmReleaseProps>): Record<string, unknown> {
  const [application] = objectsOfKind('Application', (chart) => new HelmRelease(chart, 'release', { ...release, ...change }));
  return application?.['spec'] as Record<string, unknown>;
}

const problems = (change: Partial<HelmReleaseProps>): string[] =>
  problemsOf((chart) => new HelmRelease(chart, 'release', { ...release, ...change }));

test('a release is an Application in argocd', () => {
  const chart = fromRepository('https://grafana.github.io/helm-charts', 'grafana', '8.5.0');
  expect(yamlOf((scope) => new HelmRelease(scope, 'release', { ...release, chart, values: { replicas: 2 } }))).toMatchInlineSnapshot(`
    "
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      annotations:
        platform.kapernikov.com/needs: |-
          Namespace argocd <- kubectl create namespace argocd && kubectl apply --server-side -n argocd -f https://raw.githubusercontent.com/argoproj/argo-cd/stable/manifests/install.yaml
          CustomResourceDefinition applications.argoproj.io: v1alpha1/Application <- kubectl create namespace argocd && kubectl apply --server-side -n argocd -f https://raw.githubusercontent.com/argoproj/argo-cd/stable/manifests/install.yaml
      finalizers:
        - resources-finalizer.argocd.argoproj.io/foreground
      name: grafana
      namespace: argocd
    spec:
      destination:
        namespace: monitoring
        server: https://kubernetes.default.svc
      project: default
      source:
        chart: grafana
        helm:
          releaseName: grafana
          valuesObject:
            replicas: 2
        repoURL: https://grafana.github.io/helm-charts
        targetRevision: 8.5.0
      syncPolicy:
        automated:
          prune: true
          selfHeal: true
        retry:
          backoff:
            duration: 10s
            factor: 2
            maxDuration: 3m
          limit: -1
        syncOptions:
          - ServerSideApply=true
    ---
    apiVersion: v1
    kind: Namespace
    metadata:
      name: monitoring
    "
  `);
});

test.each<[string, ChartSource, object]>([
  ['of a registry', OCI, { repoURL: OCI.url, path: '.', targetRevision: '1.0.0' }],
  ['with a digest', fromOci(OCI.url, '1.0.0', DIGEST), { repoURL: OCI.url, path: '.', targetRevision: DIGEST }],
  [
    'of git',
    fromGit('https://github.com/cvat-ai/cvat', { path: 'helm-chart', tag: 'v2.73.0' }),
    { repoURL: 'https://github.com/cvat-ai/cvat', path: 'helm-chart', targetRevision: 'v2.73.0' },
  ],
  [
    'of git with a commit',
    fromGit('https://github.com/cvat-ai/cvat', { path: 'helm-chart', tag: 'v2.73.0', commit: COMMIT }),
    { repoURL: 'https://github.com/cvat-ai/cvat', path: 'helm-chart', targetRevision: COMMIT },
  ],
])('a chart %s is named by its address', (_, chart, source) => {
  expect(spec({ chart })['source']).toEqual({ ...source, helm: { releaseName: 'grafana' } });
});

test('nothing is pruned where a CRD or data could be', () => {
  const crd = { kind: 'CustomResourceDefinition', name: 'widgets.example.org', keys: ['v1/Widget'] };
  expect(spec({})).toMatchObject({ syncPolicy: { automated: { prune: true } } });
  expect(spec({ makes: [crd] })).toMatchObject({ syncPolicy: { automated: { prune: false } } });
  expect(spec({ operates: [crd] })).toMatchObject({ syncPolicy: { automated: { prune: false } } });
  expect(spec({ holdsData: 'dashboards' })).toMatchObject({ syncPolicy: { automated: { prune: false } } });
});

test('a value that is null is a problem: Helm would not get to see it', () => {
  expect(problemsOf((chart) => new HelmRelease(chart, 'release', { ...release, values: { a: { b: null } } }))).toEqual([
    "values.a.b: must not be null with argoCd(): the object does not keep it, so the chart's default would stay; got null. Set what means the same to the chart, such as false or an empty text; or use k3s() or rendered(), which pass null to Helm.",
  ]);
});

test('a packaged chart and a timeout are problems with remedies', () => {
  expect(problems({ chart: fromArchive('none.tgz') })).toContain(
    'chart: must be in a repository, a registry or git, because Argo CD fetches it from there; got a packaged chart. ' +
      'Publish the chart and use fromRepository, fromOci or fromGit, or choose the delivery rendered().',
  );
  expect(problems({ timeout: '10m' })).toEqual([
    'timeout: must be left out, because an Application of Argo CD has no timeout; got "10m". ' +
      'Set controller.sync.timeout.seconds in argocd-cmd-params-cm for all Applications.',
  ]);
});
