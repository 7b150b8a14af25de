import { stageOrder } from '../../../checks/rules/stage-order';
import { deployment, findings, helmChart, namespace, object, secret, stage } from '../support';

const REMEDY = 'Move this object to the later stage, or its dependency to an earlier one. Stages are applied in the order of their names.';
const reader = deployment({ envFrom: [{ secretRef: { name: 'database' } }] });

test('reports a reference to an object of a later stage', () => {
  expect(findings(stageOrder, stage('10-early', reader), stage('20-late', secret('database')))).toEqual([
    `Deployment program spec.template.spec.containers[0].envFrom[0].secretRef | must be in an earlier stage: Secret database is created in stage 20-late, but stage 10-early needs it. | ${REMEDY}`,
  ]);
});

test('accepts the same stage and an earlier one', () => {
  expect(findings(stageOrder, stage('10-early', reader, secret('database')))).toEqual([]);
  expect(findings(stageOrder, stage('10-early', secret('database')), stage('20-late', reader))).toEqual([]);
});

test('reports a key that a later stage adds', () => {
  const env = [{ name: 'A', valueFrom: { secretKeyRef: { name: 'database', key: 'password' } } }];
  const first = stage('10-early', deployment({ env }), secret('database', 'user'));
  expect(findings(stageOrder, first, stage('20-late', secret('database', 'password')))).toHaveLength(1);
  expect(findings(stageOrder, first, stage('20-late', secret('database', 'user')))).toEqual([]);
});

test("reports references of a release's values and contract to a later stage", () => {
  const made = { kind: 'Secret', namespace: 'apps', name: 'database', keys: ['password'] };
  const maker = object('v1', 'ConfigMap', 'a', {}, { makes: [made] });
  expect(findings(stageOrder, stage('10-early', helmChart({}, { reads: [made] })), stage('20-late', maker))).toEqual([
    `HelmChart kube-system/release values | must be in an earlier stage: Secret apps/database: password is created in stage 20-late, but stage 10-early needs it. | ${REMEDY}`,
  ]);
  const values = { existingSecret: 'database' };
  expect(findings(stageOrder, stage('10-early', helmChart({ values })), stage('20-late', maker))).toHaveLength(1);
});

test('reports a namespace of a later stage', () => {
  expect(findings(stageOrder, stage('10-early', secret('cvat/a')), stage('20-late', namespace('cvat')))).toEqual([
    `Secret cvat/a metadata.namespace | must be in an earlier stage: Namespace cvat is created in stage 20-late, but stage 10-early needs it. | ${REMEDY}`,
  ]);
});

test('reports a kind that a later stage serves', () => {
  const serves = [{ kind: 'CustomResourceDefinition', name: 'widgets.example.org', keys: ['v1/Widget'] }];
  const operator = object('v1', 'ConfigMap', 'operator', {}, { makes: serves });
  const widget = object('example.org/v1', 'Widget', 'one');
  expect(findings(stageOrder, stage('10-early', widget), stage('20-late', operator))).toEqual([
    `Widget one kind | must be in an earlier stage: the kind example.org/v1 Widget is created in stage 20-late, but stage 10-early needs it. | ${REMEDY}`,
  ]);
  expect(findings(stageOrder, stage('10-early', operator), stage('20-late', widget))).toEqual([]);
});

test('accepts needs that a later stage declares', () => {
  const needs = [{ kind: 'Secret', name: 'database', remedy: 'kubectl create secret' }];
  expect(findings(stageOrder, stage('10-early', reader), stage('20-late', object('v1', 'ConfigMap', 'a', {}, { needs })))).toEqual([]);
});

test('accepts the address of a Service of a later stage', () => {
  const caller = deployment({ env: [{ name: 'URL', value: 'http://backend.cvat.svc' }] });
  expect(findings(stageOrder, stage('10-early', caller), stage('20-late', object('v1', 'Service', 'cvat/backend')))).toEqual([]);
});

test('ignores objects that are not created', () => {
  expect(findings(stageOrder, stage('10-early', reader))).toEqual([]);
});
