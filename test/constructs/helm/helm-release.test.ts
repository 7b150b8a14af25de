import { Chart, Testing } from 'cdk8s';
import { fromOci } from '../../../constructs/helm/chart-source';
import { Delivery, type Release } from '../../../constructs/helm/delivery';
import { HelmRelease, type HelmReleaseProps } from '../../../constructs/helm/helm-release';
import { reportedProblems } from '../../../constructs/problem';
import { objectsOfKind, problemsOf } from '../../support';

const release: HelmReleaseProps = { name: 'grafana', namespace: 'monitoring', chart: fromOci('oci://ghcr.io/grafana/grafana', '1.0.0') };

function problems(change: Partial<HelmReleaseProps>): string[] {
  return problemsOf((chart) => new HelmRelease(chart, 'release', { ...release, ...change }));
}

/** A delivery that only listens. */
class Listener extends Delivery {
  override readonly longestName = 5;
  readonly heard: Release[] = [];

  override deliver(_scope: Chart, delivered: Release): void {
    this.heard.push(delivered);
  }
}

test('the delivery of the environment gets the release, complete and with its contract', () => {
  const app = Testing.app();
  const listener = new Listener();
  Delivery.provide(app, listener);
  const makes = [{ kind: 'Service', name: 'grafana' }];
  new HelmRelease(new Chart(app, 'stage'), 'release', { ...release, values: { replicas: 2 }, timeout: '10m', makes });
  new HelmRelease(new Chart(app, 'another'), 'release', release);
  expect(listener.heard).toEqual([
    { ...release, values: { replicas: 2 }, timeout: '10m', contract: { makes } },
    { ...release, values: {}, contract: {} },
  ]);
});

test('reports one problem without a delivery, and names both ways to set one', () => {
  const chart = new Chart(Testing.app(), 'stage');
  new HelmRelease(chart, 'release', release);
  expect(reportedProblems(chart).map(({ field, message, remedy }) => `${field}: ${message} ${remedy}`)).toEqual([
    'delivery: must be set here or for the whole App; got none. Pass delivery: k3s(), or call Delivery.provide(app, k3s()) before you create Helm releases.',
  ]);
});

test('uses the delivery that it is given, rather than that of the App', () => {
  const [own, other] = [new Listener(), new Listener()];
  const app = Testing.app();
  Delivery.provide(app, other);
  new HelmRelease(new Chart(app, 'stage'), 'release', { ...release, name: 'graf', delivery: own });
  expect([own, other].map(({ heard }) => heard.length)).toEqual([1, 0]);
});

test("is installed in the Chart's namespace, and in default where there is none", () => {
  const namespaceIn = (namespace?: string): string | undefined => {
    const delivery = new Listener();
    new HelmRelease(new Chart(Testing.app(), 'stage', { namespace }), 'release', { ...release, namespace: undefined, delivery });
    return delivery.heard[0]?.namespace;
  };
  expect([namespaceIn('monitoring'), namespaceIn()]).toEqual(['monitoring', 'default']);
});

test('the namespace of a release is created, unless every cluster has it', () => {
  const namespaces = (namespace: string): string[] =>
    objectsOfKind('Namespace', (chart) => new HelmRelease(chart, 'release', { ...release, namespace })).map(
      ({ metadata }) => metadata.name,
    );
  expect(namespaces('monitoring')).toEqual(['monitoring']);
  expect(namespaces('kube-system')).toEqual([]);
});

test('a release without a mistake has no problems', () => {
  expect(problems({ timeout: '1h30m' })).toEqual([]);
});

test('a duration in words is a problem with a suggestion', () => {
  expect(problems({ timeout: '10 minutes' })).toEqual(['timeout: must be a Go duration; got "10 minutes". Did you mean "10m"?']);
});

test('the mistakes of the chart are problems of the release', () => {
  expect(problems({ chart: fromOci('oci://ghcr.io/grafana/grafana', 'latest') })).toEqual([
    'chart.version: must be an exact version; got "latest". Set one release, such as "2.73.0": no range and no tag that moves.',
  ]);
});

test('names that Kubernetes refuses are problems', () => {
  expect(problems({ name: 'My Grafana', namespace: 'the_monitoring' })).toEqual([
    'name: must be lower-case letters, digits and "-", with a letter or digit at both ends; got "My Grafana". Did you mean "my-grafana"?',
    'namespace: must be lower-case letters, digits and "-", with a letter or digit at both ends; got "the_monitoring". Did you mean "the-monitoring"?',
  ]);
});

test('a name is as long as the delivery can bear: 50 characters with k3s, whose Job is called helm-install-<name>', () => {
  expect(problems({ name: 'a'.repeat(50) })).toEqual([]);
  expect(problems({ name: 'a'.repeat(51) })).toEqual([`name: must have at most 50 characters; got 51: "${'a'.repeat(51)}". Shorten it.`]);
});
