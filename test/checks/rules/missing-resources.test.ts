import { missingResources } from '../../../checks/rules/missing-resources';
import { deployment, findings, object } from '../support';

const REQUESTS = 'spec.template.spec.containers[0].resources.requests';

test('a container that asks for nothing is found', () => {
  expect(findings(missingResources, deployment({ resources: { limits: { memory: '1Gi' } } }))).toEqual([
    `Deployment program ${REQUESTS}.cpu | the container "main" does not say how much cpu it needs. | Add a request, such as cpu: 50m.`,
    `Deployment program ${REQUESTS}.memory | the container "main" does not say how much memory it needs. | Add a request, such as memory: 64Mi.`,
  ]);
});

test('each of the two counts', () => {
  expect(findings(missingResources, deployment({ resources: { requests: { cpu: '1' } } }))).toHaveLength(1);
  expect(findings(missingResources, deployment({ resources: { requests: { cpu: '1', memory: '1Gi' } } }))).toEqual([]);
});

test('containers that run first are containers too', () => {
  expect(findings(missingResources, deployment({}, { initContainers: [{ name: 'first' }] }))).toHaveLength(2);
});

test('a pod can ask for all its containers', () => {
  expect(findings(missingResources, deployment({ resources: {} }, { resources: { requests: { cpu: '1', memory: '1Gi' } } }))).toEqual([]);
});

test("an operator's pods are the operator's", () => {
  expect(findings(missingResources, object('x.org/v1', 'PostgresCluster', 'a', { spec: { containers: [{ name: 'a' }] } }))).toEqual([]);
});
