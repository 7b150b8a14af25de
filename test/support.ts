import { ApiObject, App, Chart, Yaml } from 'cdk8s';
import type { Manifest } from '../manifests/manifest';
import { Delivery } from '../constructs/helm/delivery';
import { k3s } from '../constructs/helm/delivery/k3s';
import { reportedProblems } from '../constructs/problem';

type Build = (chart: Chart) => void;

/** The objects that constructs make, in a chart of their own. */
export function objectsOf(build: Build): Manifest[] {
  const objects = chartOf(build)
    .node.findAll()
    .filter((construct) => construct instanceof ApiObject);
  return objects.map((object) => object.toJson() as Manifest);
}

/** The objects of one kind. */
export function objectsOfKind(kind: string, build: Build): Manifest[] {
  return objectsOf(build).filter((object) => object.kind === kind);
}

/** The objects as they would stand in dist/. */
export function yamlOf(build: Build): string {
  return `\n${Yaml.stringify(...objectsOf(build))}`;
}

/** The problems that constructs report, as `field: message remedy`. */
export function problemsOf(build: Build): string[] {
  return reportedProblems(chartOf(build).node.root).map(({ field, message, remedy }) => `${field}: ${message} ${remedy}`);
}

function chartOf(build: Build): Chart {
  const app = new App();
  Delivery.provide(app, k3s());
  const chart = new Chart(app, 'stage');
  build(chart);
  return chart;
}
