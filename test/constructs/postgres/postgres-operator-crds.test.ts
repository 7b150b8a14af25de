import type * as Cel from '@marcbachmann/cel-js' with { 'resolution-mode': 'import' };
import { App, Chart } from 'cdk8s';
import { withoutContract } from '../../../constructs/contract-resolver';
import { argoCd } from '../../../constructs/helm/delivery/argo-cd';
import { flux } from '../../../constructs/helm/delivery/flux';
import { k3s } from '../../../constructs/helm/delivery/k3s';
import { PostgresOperator } from '../../../constructs/postgres/postgres-operator';
import { PostgresOperatorCrds } from '../../../constructs/postgres/postgres-operator-crds';
import { valueAt } from '../../../manifests/fields';
import type { Manifest } from '../../../manifests/manifest';
import { storedCrd } from '../../../manifests/stored-crds';
import { objectsOf } from '../../support';

// The package is ESM only, and this project is CommonJS: jest transpiles it, and the types need to be told.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { Environment } = require('@marcbachmann/cel-js') as typeof Cel;

const objects = objectsOf((chart) => new PostgresOperatorCrds(chart, 'crds'));
const crds = objects.filter(({ kind }) => kind === 'CustomResourceDefinition');
const NAMES = ['postgresclusters', 'pgupgrades', 'pgadmins', 'crunchybridgeclusters'].map(
  (plural) => `${plural}.postgres-operator.crunchydata.com`,
);

test("PGO's CRDs are those of imports/schemas/, with what they hold, their origin and their licence", () => {
  expect(crds.map(({ metadata }) => metadata.name)).toEqual(NAMES);
  expect(crds.map(({ metadata }) => metadata.annotations?.['platform.kapernikov.com/holds-data'])).toEqual([
    'every PostgresCluster',
    'every PGUpgrade',
    'every PGAdmin',
    'every CrunchyBridgeCluster',
  ]);
  for (const { metadata, spec } of crds) {
    const [plural] = metadata.name.split('.');
    expect(spec).toBe(storedCrd(`postgres-operator.crunchydata.com_${plural}.json`)['spec']);
    expect(metadata.annotations?.['platform.kapernikov.com/generated']).toMatch(/v5\.8\.9, .*SHA-256 [0-9a-f]{64}.*Apache License 2\.0/);
  }
});

test('kubectl can store each of them in its annotation', () => {
  for (const crd of crds) expect(JSON.stringify(crd).length).toBeLessThan(262_144);
});

test('GitOps controllers prune neither the CRDs nor what protects them', () => {
  for (const { metadata } of objects) {
    expect(metadata.annotations).toMatchObject({
      'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
      'kustomize.toolkit.fluxcd.io/prune': 'disabled',
    });
  }
});

describe('their deletion', () => {
  const [policy, binding] = objects as [Manifest, Manifest];
  const cel = new Environment({ enableOptionalTypes: true }).registerVariable('oldObject', 'dyn').registerVariable('request', 'dyn');

  function refusal(name: string, annotations?: Readonly<Record<string, string>>): unknown {
    const spec = crds.find(({ metadata }) => metadata.name === name)?.['spec'];
    const oldObject = { metadata: { name, ...(annotations && { annotations }) }, spec };
    const request = { operation: 'DELETE', resource: { resource: 'customresourcedefinitions' } };
    const evaluate = (...path: [string, string]): unknown => {
      const [first] = valueAt(policy['spec'], path[0]) as Record<string, string>[];
      return cel.evaluate(first?.[path[1]] ?? '', { oldObject, request });
    };
    if (evaluate('matchConditions', 'expression') !== true || evaluate('validations', 'expression') === true) return undefined;
    return evaluate('validations', 'messageExpression');
  }

  test('is refused by a policy that stays in force while it is being deleted', () => {
    expect([policy, binding].map(({ metadata }) => metadata.finalizers)).toEqual([
      ['platform.kapernikov.com/guards-data'],
      ['platform.kapernikov.com/guards-data'],
    ]);
    expect(binding['spec']).toEqual({ policyName: policy.metadata.name, validationActions: ['Deny'] });
  });

  test.each([
    [NAMES[0] ?? '', 'every PostgresCluster'],
    [NAMES[1] ?? '', 'every PGUpgrade'],
    [NAMES[2] ?? '', 'every PGAdmin'],
    [NAMES[3] ?? '', 'every CrunchyBridgeCluster'],
  ])('of %s is refused until it is marked, also where a chart has installed it: it holds %s', (name, data) => {
    expect(refusal(name)).toMatch(
      new RegExp(`^${name} holds data \\(${data}\\), .*: kubectl annotate .* platform\\.kapernikov\\.com/delete=with-its-data$`),
    );
    expect(refusal(name, { 'platform.kapernikov.com/holds-data': 'every database' })).toContain('(every database)');
    expect(refusal(name, { 'platform.kapernikov.com/delete': 'with-its-data' })).toBeUndefined();
    expect(refusal(name, { 'platform.kapernikov.com/delete': 'yes' })).toBeDefined();
  });

  test('of another CRD is not looked at', () => {
    expect(refusal('appusers.kapernikov.com')).toBeUndefined();
  });
});

describe('in an App', () => {
  function charts(...deliveries: readonly ReturnType<typeof k3s>[]): Record<string, Manifest[]> {
    const app = new App({ resolvers: [withoutContract()] });
    deliveries.forEach((delivery, index) => {
      const chart = new Chart(app, `stage-${index}`, { labels: { team: 'data' }, namespace: 'ignored' });
      new PostgresOperator(chart, 'pgo', { namespace: 'pgo', version: '5.8.7', delivery });
    });
    return Object.fromEntries(app.charts.map((chart) => [chart.node.id, chart.toJson() as Manifest[]]));
  }

  test('they are a Chart of their own beside that of the operator, with its labels and without a namespace', () => {
    const { 'stage-0-crds': made = [], 'stage-0': operator = [] } = charts(k3s());
    expect(made.map(({ kind, metadata }) => [kind, metadata.namespace, metadata.labels?.['team']])).toEqual([
      ['ValidatingAdmissionPolicy', undefined, 'data'],
      ['ValidatingAdmissionPolicyBinding', undefined, 'data'],
      ...NAMES.map(() => ['CustomResourceDefinition', undefined, 'data']),
    ]);
    expect(operator.map(({ kind }) => kind)).not.toContain('CustomResourceDefinition');
  });

  test('they are there once', () => {
    expect(Object.keys(charts(k3s(), k3s())).sort()).toEqual(['stage-0', 'stage-0-crds', 'stage-1']);
  });

  test('their licence stays where the contract is left out', () => {
    const [crd] = (charts(k3s())['stage-0-crds'] ?? []).filter(({ kind }) => kind === 'CustomResourceDefinition');
    const own = Object.keys(crd?.metadata.annotations ?? {}).filter((name) => name.startsWith('platform.kapernikov.com/'));
    expect(own).toEqual(['platform.kapernikov.com/generated']);
  });

  test('no delivery installs those of the chart', () => {
    const specOf = (delivery: ReturnType<typeof k3s>, kind: string): unknown =>
      charts(delivery)['stage-0']?.find((object) => object.kind === kind)?.['spec'];
    expect(specOf(flux(), 'HelmRelease')).toMatchObject({ install: { crds: 'Skip' }, upgrade: { crds: 'Skip' } });
    expect(specOf(argoCd(), 'Application')).toMatchObject({ source: { helm: { skipCrds: true } } });
  });
});
