import { missingResources } from '../../../checks/rules/missing-resources';
import { deployment, findings, object } from '../support';

const REQUESTS = 'spec.template.spec.containers[0].resources.requests';

test('reports a container without requests', () => {
  expect(findings(missingResources, deployment({ resources: { limits: { memory: '1Gi' } } }))).toEqual([
    `Deployment program ${REQUESTS}.cpu | must be set for the container "main"; got none. | Add a request, such as cpu: 50m.`,
    `Deployment program ${REQUESTS}.memory | must be set for the container "main"; got none. | Add a request, such as memory: 64Mi.`,
  ]);
});

test('requires both cpu and memory', () => {
  expect(findings(missingResources, deployment({ resources: { requests: { cpu: '1' } } }))).toHaveLength(1);
  expect(findings(missingResources, deployment({ resources: { requests: { cpu: '1', memory: '1Gi' } } }))).toEqual([]);
});

test('checks init containers', () => {
  expect(findings(missingResources, deployment({}, { initContainers: [{ name: 'first' }] }))).toHaveLength(2);
});

test('accepts requests of the pod', () => {
  expect(findings(missingResources, deployment({ resources: {} }, { resources: { requests: { cpu: '1', memory: '1Gi' } } }))).toEqual([]);
});

test('does not check custom resources', () => {
  expect(findings(missingResources, object('x.org/v1', 'PostgresCluster', 'a', { spec: { containers: [{ name: 'a' }] } }))).toEqual([]);
});
