import { stageOrder } from '../../../checks/rules/stage-order';
import { deployment, findings, helmChart, namespace, object, secret, stage } from '../support';

const REMEDY =
  'Put this object into the later stage, or what it needs into an earlier one: stages are applied in the order of their names.';
const reader = deployment({ envFrom: [{ secretRef: { name: 'database' } }] });

test('a reference to what a later stage makes is found', () => {
  expect(findings(stageOrder, stage('10-early', reader), stage('20-late', secret('database')))).toEqual([
    `Deployment program spec.template.spec.containers[0].envFrom[0].secretRef | stage 20-late makes Secret database, after stage 10-early needs it. | ${REMEDY}`,
  ]);
});

test('the same stage and an earlier one are in time', () => {
  expect(findings(stageOrder, stage('10-early', reader, secret('database')))).toEqual([]);
  expect(findings(stageOrder, stage('10-early', secret('database')), stage('20-late', reader))).toEqual([]);
});

test('a key that only a later stage adds is too late', () => {
  const env = [{ name: 'A', valueFrom: { secretKeyRef: { name: 'database', key: 'password' } } }];
  const first = stage('10-early', deployment({ env }), secret('database', 'user'));
  expect(findings(stageOrder, first, stage('20-late', secret('database', 'password')))).toHaveLength(1);
  expect(findings(stageOrder, first, stage('20-late', secret('database', 'user')))).toEqual([]);
});

test('what a release needs of a later stage is found, in its values and in its contract', () => {
  const made = { kind: 'Secret', namespace: 'apps', name: 'database', keys: ['password'] };
  const maker = object('v1', 'ConfigMap', 'a', {}, { makes: [made] });
  expect(findings(stageOrder, stage('10-early', helmChart({}, { reads: [made] })), stage('20-late', maker))).toEqual([
    `HelmChart kube-system/release values | stage 20-late makes Secret apps/database: password, after stage 10-early needs it. | ${REMEDY}`,
  ]);
  const values = { existingSecret: 'database' };
  expect(findings(stageOrder, stage('10-early', helmChart({ values })), stage('20-late', maker))).toHaveLength(1);
});

test('a namespace of a later stage is found', () => {
  expect(findings(stageOrder, stage('10-early', secret('cvat/a')), stage('20-late', namespace('cvat')))).toEqual([
    `Secret cvat/a metadata.namespace | stage 20-late makes Namespace cvat, after stage 10-early needs it. | ${REMEDY}`,
  ]);
});

test('a kind that a later stage serves is found', () => {
  const serves = [{ kind: 'CustomResourceDefinition', name: 'widgets.example.org', keys: ['v1/Widget'] }];
  const operator = object('v1', 'ConfigMap', 'operator', {}, { makes: serves });
  const widget = object('example.org/v1', 'Widget', 'one');
  expect(findings(stageOrder, stage('10-early', widget), stage('20-late', operator))).toEqual([
    `Widget one kind | stage 20-late makes the kind example.org/v1 Widget, after stage 10-early needs it. | ${REMEDY}`,
  ]);
  expect(findings(stageOrder, stage('10-early', operator), stage('20-late', widget))).toEqual([]);
});

test('what the installer is asked for is there before the first stage, whoever asks', () => {
  const needs = [{ kind: 'Secret', name: 'database', remedy: 'kubectl create secret' }];
  expect(findings(stageOrder, stage('10-early', reader), stage('20-late', object('v1', 'ConfigMap', 'a', {}, { needs })))).toEqual([]);
});

test('an address may be answered later: whoever calls it tries again', () => {
  const caller = deployment({ env: [{ name: 'URL', value: 'http://backend.cvat.svc' }] });
  expect(findings(stageOrder, stage('10-early', caller), stage('20-late', object('v1', 'Service', 'cvat/backend')))).toEqual([]);
});

test('what nobody makes is for missing-reference to find', () => {
  expect(findings(stageOrder, stage('10-early', reader))).toEqual([]);
});
