import { invalidField } from '../../../checks/rules/invalid-field';
import { EnvironmentObjects } from '../../../manifests/environment-objects';
import type { Manifest } from '../../../manifests/manifest';
import { findings, object } from '../support';

const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
const cluster = (spec: object = {}, instance: object = {}): Manifest =>
  object('postgres-operator.crunchydata.com/v1beta1', 'PostgresCluster', 'one', {
    spec: { postgresVersion: 15, instances: [{ dataVolumeClaimSpec: claim, ...instance }], ...spec },
  });
const chart = (spec: object): Manifest => object('helm.cattle.io/v1', 'HelmChart', 'one', { spec });
const route = (spec: object): Manifest => object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'one', { spec });

test('accepts custom resources with fields and values of their CRDs', () => {
  const limits = cluster(
    { config: { parameters: { max_connections: 100, any: 'x' } } },
    { resources: { limits: { cpu: 1, memory: '1Gi' } } },
  );
  const argoCd = object('argoproj.io/v1alpha1', 'Application', 'one', {
    spec: { project: 'default', destination: { name: 'in-cluster' }, source: { repoURL: 'https://example.com' } },
  });
  expect(findings(invalidField, limits, chart({ chart: 'x', failurePolicy: 'retry' }), argoCd)).toEqual([]);
});

test.each<[string, Manifest, string]>([
  [
    'an unknown field',
    cluster({ instance: [] }),
    'spec.instance | must be a field that the CRD has; got "instance". | Did you mean "instances"?',
  ],
  [
    'an unknown field in a list',
    cluster({}, { replica: 2 }),
    'spec.instances[0].replica | must be a field that the CRD has; got "replica". | Did you mean "replicas"?',
  ],
  [
    'a field in other case',
    chart({ valuescontent: '' }),
    'spec.valuescontent | must be a field that the CRD has; got "valuescontent". | Did you mean "valuesContent"?',
  ],
  [
    'a field that is like no other',
    chart({ colour: 1 }),
    'spec.colour | must be a field that the CRD has; got "colour". | Remove it: the API server would drop it.',
  ],
  ['a field beside spec', { ...chart({}), specs: {} }, 'specs | must be a field that the CRD has; got "specs". | Did you mean "spec"?'],
  [
    'a field with the name of a method',
    chart({ toString: 1 }),
    'spec.toString | must be a field that the CRD has; got "toString". | Remove it: the API server would drop it.',
  ],
  [
    'a value outside of an enum',
    chart({ failurePolicy: 'ignore' }),
    'spec.failurePolicy | must be one of "abort", "reinstall", "retry"; got "ignore". | Use one of them.',
  ],
  [
    'a value that does not match a pattern',
    cluster({ users: [{ name: 'My_User' }] }),
    'spec.users[0].name | must match ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$; got "My_User". | Change it.',
  ],
  [
    'a number as text',
    cluster({}, { replicas: '2' }),
    'spec.instances[0].replicas | must be an integer; got "2". | Write it without quotes.',
  ],
  ['text as a number', cluster({}, { replicas: 'two' }), 'spec.instances[0].replicas | must be an integer; got "two". | Change it.'],
  ['a fraction', cluster({}, { replicas: 1.5 }), 'spec.instances[0].replicas | must be an integer; got 1.5. | Change it.'],
  ['a number below its limit', cluster({}, { replicas: 0 }), 'spec.instances[0].replicas | must be >= 1; got 0. | Increase it.'],
  ['null', cluster({}, { replicas: null }), 'spec.instances[0].replicas | must be an integer; got null. | Set it or leave it out.'],
  ['a map in the place of text', chart({ valuesContent: { a: 1 } }), 'spec.valuesContent | must be text; got {"a":1}. | Change it.'],
  ['a map in the place of a list', cluster({ users: {} }), 'spec.users | must be a list; got {}. | Change it.'],
  [
    'a required field that is not set',
    cluster({ postgresVersion: undefined }),
    'spec.postgresVersion | must be set; got none. | Set it: the CRD requires it.',
  ],
  [
    'two items with one key',
    cluster({ users: [{ name: 'cvat' }, { name: 'cvat' }] }),
    'spec.users[1].name | must be unique; got "cvat" twice. | Change or remove one of the two.',
  ],
  [
    'too long a list',
    route({ hostnames: Array.from({ length: 17 }, (_, index) => `h${index}.example.com`) }),
    'spec.hostnames | must have at most 16 items; got 17. | Remove some.',
  ],
  ['an empty text', route({ hostnames: [''] }), 'spec.hostnames[0] | must have at least 1 character; got 0: "". | Set it.'],
])('reports %s', (_, manifest, expected) => {
  const [first = '', ...others] = findings(invalidField, manifest);
  expect(others).toEqual([]);
  expect(first).toContain(`one ${expected}`);
});

test('a pattern in the syntax of RE2 is read as the API server reads it', () => {
  const backups = (autoGrow: string): Manifest =>
    cluster({
      config: { files: [] },
      proxy: { pgBouncer: { config: { global: {} } } },
      patroni: { leaderLeaseDurationSeconds: 30 },
      metadata: { labels: { autoGrow } },
    });
  expect(findings(invalidField, backups('x'))).toEqual([]);
});

test("uses the schema of dist's own CRD before the imported one", () => {
  const properties = { spec: { type: 'object', properties: { size: { type: 'integer' } } } };
  const definition = object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'helmcharts.helm.cattle.io', {
    spec: {
      group: 'helm.cattle.io',
      names: { kind: 'HelmChart' },
      versions: [{ name: 'v1', served: true, schema: { openAPIV3Schema: { type: 'object', properties } } }],
    },
  });
  expect(findings(invalidField, definition, chart({ size: 1 }))).toEqual([]);
  expect(findings(invalidField, definition, chart({ size: 'x' }))).toEqual([
    'HelmChart one spec.size | must be an integer; got "x". | Change it.',
  ]);
});

test("does not check kinds without a known CRD, nor Kubernetes' own", () => {
  expect(
    findings(invalidField, object('example.org/v1', 'Widget', 'one', { colour: 1 }), object('v1', 'Secret', 'one', { dta: {} })),
  ).toEqual([]);
});

describe('text', () => {
  const pod = {
    containers: [
      {
        name: 'a',
        args: ['--port', 8080],
        env: [
          { name: 'A', value: true },
          { name: 'B', value: '1' },
        ],
        ports: [{ containerPort: 80 }],
      },
    ],
    tolerations: [{ key: 'a', value: false }],
    nodeSelector: { disk: 1 },
  };
  const annotated = { metadata: { name: 'one', labels: { a: 1, b: 'x' }, annotations: { c: true, d: null } } };

  test('is required in labels, annotations, arguments and environment variables of built-in kinds', () => {
    const template = { metadata: { annotations: { port: 8080 } }, spec: pod };
    const deployment = { ...object('apps/v1', 'Deployment', 'one', { spec: { template } }), ...annotated } as unknown as Manifest;
    expect(findings(invalidField, deployment)).toEqual([
      'Deployment one metadata.labels.a | must be text; got 1. | Write it in quotes.',
      'Deployment one metadata.annotations.c | must be text; got true. | Write it in quotes.',
      'Deployment one spec.template.metadata.annotations.port | must be text; got 8080. | Write it in quotes.',
      'Deployment one spec.template.spec.containers[0].args[1] | must be text; got 8080. | Write it in quotes.',
      'Deployment one spec.template.spec.containers[0].env[0].value | must be text; got true. | Write it in quotes.',
      'Deployment one spec.template.spec.tolerations[0].value | must be text; got false. | Write it in quotes.',
      'Deployment one spec.template.spec.nodeSelector.disk | must be text; got 1. | Write it in quotes.',
    ]);
  });

  test('is required in the metadata of custom resources, whose other fields mean what their CRD says', () => {
    const widget = { ...object('example.org/v1', 'Widget', 'one', { spec: { labels: { a: 1 } } }), ...annotated } as unknown as Manifest;
    expect(findings(invalidField, widget)).toEqual([
      'Widget one metadata.labels.a | must be text; got 1. | Write it in quotes.',
      'Widget one metadata.annotations.c | must be text; got true. | Write it in quotes.',
    ]);
  });

  test('is required in the data of a ConfigMap and of a Secret, whose values are not shown', () => {
    const config = object('v1', 'ConfigMap', 'one', { data: { PORT: 8080, 'a.yaml': 'labels: { a: 1 }' } });
    expect(findings(invalidField, config, object('v1', 'Secret', 'one', { stringData: { pin: 4711, on: true } }))).toEqual([
      'ConfigMap one data.PORT | must be text; got 8080. | Write it in quotes.',
      'Secret one stringData.pin | must be text; got a number. | Write it in quotes.',
      'Secret one stringData.on | must be text; got a boolean. | Write it in quotes.',
    ]);
  });

  test('that a chart writes as a number is a fault of its template', () => {
    const manifest = object('v1', 'ConfigMap', 'one', { data: { PORT: 8080 } });
    const found = invalidField.check(new EnvironmentObjects([{ name: 'a', objects: [{ path: 'a/one', manifest, chart: 'app 1.0.0' }] }]));
    expect(found.map(({ remedy }) => remedy)).toEqual([
      "The chart's template must quote it. Change the value that it is made from, or tell the chart's authors: Helm cannot apply it either.",
    ]);
  });
});
