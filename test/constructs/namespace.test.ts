import { ApiObject, App, Chart, Testing } from 'cdk8s';
import { addToNamespace, ensureNamespace } from '../../constructs/namespace';
import { contractAnnotations } from '../../manifests/contract';
import type { Manifest } from '../../manifests/manifest';
import { objectsOf } from '../support';

test.each(['default', 'kube-system', 'kube-public', 'kube-node-lease', undefined])('%s is there already', (name) => {
  expect(objectsOf((chart) => ensureNamespace(chart, name))).toEqual([]);
});

test('creates a namespace that a construct uses', () => {
  expect(objectsOf((chart) => ensureNamespace(chart, 'cvat'))).toEqual([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'cvat' } },
  ]);
});

test('the first stage that uses a namespace creates it, and no other', () => {
  const app = Testing.app();
  const stages = ['10', '20', '30'].map((id) => new Chart(app, id));
  for (const stage of stages.slice(1)) ensureNamespace(stage, 'cvat');
  expect(stages.map((stage) => stage.toJson().length)).toEqual([0, 1, 0]);
});

test('a namespace says whose data it would take along, each once', () => {
  const [namespace] = objectsOf((chart) => {
    ensureNamespace(chart, 'cvat');
    for (const whose of ['PostgreSQL my-postgres', "CVAT's media", 'PostgreSQL my-postgres'])
      ensureNamespace(chart, 'cvat', { holdsData: whose });
    ensureNamespace(chart, 'cvat');
  });
  expect(namespace?.metadata.annotations).toEqual({ 'platform.kapernikov.com/holds-data': "PostgreSQL my-postgres, CVAT's media" });
});

test('uses a Namespace object that the App has already', () => {
  const app = Testing.app();
  const chart = new Chart(new Chart(app, 'outer'), 'own');
  const own = new ApiObject(chart, 'own', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'cvat', labels: { team: 'vision' } } });
  const user = new Chart(app, 'stage');
  ensureNamespace(user, 'cvat', { holdsData: "CVAT's media" });
  expect(user.toJson()).toEqual([]);
  expect(own.toJson()).toMatchObject({ metadata: { annotations: { 'platform.kapernikov.com/holds-data': "CVAT's media" } } });
});

test('two environments of one process have nothing to do with each other', () => {
  const charts = [1, 2].map(() => new Chart(new App(), 'stage'));
  for (const chart of charts) ensureNamespace(chart, 'cvat', { holdsData: 'the data of one' });
  expect(charts.map((chart) => chart.toJson().length)).toEqual([1, 1]);
});

describe('another Namespace object', () => {
  const other = (name: string): Manifest => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: { 'pod-security.kubernetes.io/enforce': 'baseline' },
      annotations: { a: 'b', ...contractAnnotations({ holdsData: 'the chart says so' }) },
    },
  });

  test('of the same name adds its labels and annotations to the one that is there, which keeps what it says', () => {
    const objects = objectsOf((chart) => {
      ensureNamespace(chart, 'cvat', { holdsData: "CVAT's media" });
      expect(addToNamespace(chart, other('cvat'))).toBe(true);
    });
    expect(objects.map(({ metadata }) => metadata)).toEqual([
      {
        name: 'cvat',
        labels: { 'pod-security.kubernetes.io/enforce': 'baseline' },
        annotations: { a: 'b', 'platform.kapernikov.com/holds-data': "CVAT's media, the chart says so" },
      },
    ]);
  });

  test('of another name, and an object of another kind, are not added', () => {
    objectsOf((chart) => {
      ensureNamespace(chart, 'cvat');
      expect(addToNamespace(chart, other('monitoring'))).toBe(false);
      expect(addToNamespace(chart, { ...other('cvat'), kind: 'Service' })).toBe(false);
    });
  });
});
