import type { Manifest } from '../../../manifests/manifest';
import { formatReference } from '../../../manifests/reference';
import { referencesOf } from '../../../manifests/references/references';
import { deployment, helmChart, object } from '../../checks/support';

const found = (manifest: Manifest): string[] => referencesOf(manifest).map(({ reference }) => formatReference(reference));

const pod = (fields: object): Manifest => object('v1', 'Pod', 'apps/pod', { spec: fields });
const ingress = (spec: object, annotations = {}): Manifest => {
  const { metadata, ...rest } = object('networking.k8s.io/v1', 'Ingress', 'apps/ingress', { spec });
  return { ...rest, metadata: { ...metadata, annotations } };
};

test.each([
  ['secretKeyRef', { containers: [{ env: [{ valueFrom: { secretKeyRef: { name: 'a', key: 'k' } } }] }] }, ['Secret apps/a: k']],
  ['configMapKeyRef', { containers: [{ env: [{ valueFrom: { configMapKeyRef: { name: 'a', key: 'k' } } }] }] }, ['ConfigMap apps/a: k']],
  [
    'envFrom',
    { containers: [{ envFrom: [{ secretRef: { name: 'a' } }, { configMapRef: { name: 'b' } }] }] },
    ['Secret apps/a', 'ConfigMap apps/b'],
  ],
  [
    'volumes',
    {
      volumes: [
        { secret: { secretName: 'a', items: [{ key: 'k' }] } },
        { configMap: { name: 'b' } },
        { persistentVolumeClaim: { claimName: 'c' } },
        { projected: { sources: [{ secret: { name: 'd', items: [{ key: 'k' }] } }] } },
      ],
    },
    ['Secret apps/a: k', 'ConfigMap apps/b', 'PersistentVolumeClaim apps/c', 'Secret apps/d: k'],
  ],
  ['serviceAccountName', { serviceAccountName: 'a' }, ['ServiceAccount apps/a']],
  ['imagePullSecrets', { imagePullSecrets: [{ name: 'a' }] }, ['Secret apps/a']],
  ['an address', { containers: [{ env: [{ name: 'X', value: 'http://a.b.svc:8080/api' }] }] }, ['Service b/a']],
])('a pod refers by %s', (_, spec, expected) => {
  expect(found(pod(spec))).toEqual(expected);
});

test('reads addresses from environment variables only', () => {
  expect(
    found(pod({ containers: [{ args: ['a.b.svc'], readinessProbe: { httpGet: { httpHeaders: [{ name: 'Host', value: 'a.b.svc' }] } } }] })),
  ).toEqual([]);
});

test.each(['a.svc', 'svc', 'a.b.c', 'see a.b.svc', 'a.b.svcs', 'pod-0.a.b.svc', 'A.b.svc'])(
  '"%s" is not the address of a Service',
  (value) => {
    expect(found(pod({ containers: [{ env: [{ name: 'X', value }] }] }))).toEqual([]);
  },
);

test.each(['a.b.svc', 'a.b.svc.', 'a.b.svc.cluster.local:5432', 'postgresql://user:password@a.b.svc/db?ssl=1'])(
  '"%s" is the address of a Service',
  (value) => {
    expect(found(pod({ containers: [{ env: [{ name: 'X', value }] }] }))).toEqual(['Service b/a']);
  },
);

test('an Ingress refers to its class, its Services and its certificate', () => {
  const rules = [{ http: { paths: [{ backend: { service: { name: 'a', port: { name: 'http' } } } }] } }];
  expect(found(ingress({ ingressClassName: 'traefik', rules, tls: [{ secretName: 'b' }] }))).toEqual([
    'IngressClass traefik',
    'Service apps/a',
    'Secret apps/b: tls.crt, tls.key',
  ]);
});

test('an Ingress with an issuer does not refer to its certificate', () => {
  const manifest = ingress({ tls: [{ secretName: 'b' }] }, { 'cert-manager.io/cluster-issuer': 'authority' });
  expect(found(manifest)).toEqual(['ClusterIssuer authority']);
  expect(found(ingress({ tls: [] }, { 'cert-manager.io/issuer': 'authority' }))).toEqual(['Issuer apps/authority']);
});

test('a route refers to its Gateway and its Services, a Gateway to its certificates', () => {
  const spec = { parentRefs: [{ name: 'public', namespace: 'gateways' }], rules: [{ backendRefs: [{ name: 'a' }] }] };
  expect(found(object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'apps/route', { spec }))).toEqual([
    'Gateway gateways/public',
    'Service apps/a',
  ]);
  const listeners = [{ tls: { certificateRefs: [{ name: 'b' }] } }];
  expect(found(object('gateway.networking.k8s.io/v1', 'Gateway', 'apps/public', { spec: { listeners } }))).toEqual(['Secret apps/b']);
});

test('a binding refers to its role and to its ServiceAccounts', () => {
  const subjects = [
    { kind: 'ServiceAccount', name: 'a', namespace: 'cvat' },
    { kind: 'Group', name: 'system:masters' },
  ];
  const binding = (kind: string, name: string): Manifest =>
    object('rbac.authorization.k8s.io/v1', 'RoleBinding', 'apps/binding', { roleRef: { kind, name }, subjects });
  expect(found(binding('Role', 'r'))).toEqual(['Role apps/r', 'ServiceAccount cvat/a']);
  expect(found(binding('ClusterRole', 'r'))).toEqual(['ClusterRole r', 'ServiceAccount cvat/a']);
  expect(found(binding('ClusterRole', 'view'))).toEqual(['ServiceAccount cvat/a']);
  expect(found(binding('ClusterRole', 'system:auth-delegator'))).toEqual(['ServiceAccount cvat/a']);
});

test('webhooks, bindings and autoscalers refer', () => {
  const webhooks = [{ clientConfig: { service: { name: 'a', namespace: 'cvat' } } }];
  expect(found(object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'hook', { webhooks }))).toEqual([
    'Service cvat/a',
  ]);
  const binding = object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', 'b', { spec: { policyName: 'p' } });
  expect(found(binding)).toEqual(['ValidatingAdmissionPolicy p']);
  expect(found(object('apps/v1', 'StatefulSet', 'apps/s', { spec: { serviceName: 'a' } }))).toEqual(['Service apps/a']);
  const scaler = { scaleTargetRef: { kind: 'StatefulSet', name: 's' } };
  expect(found(object('autoscaling/v2', 'HorizontalPodAutoscaler', 'apps/h', { spec: scaler }))).toEqual(['StatefulSet apps/s']);
  const certificate = { issuerRef: { kind: 'ClusterIssuer', name: 'authority' } };
  expect(found(object('cert-manager.io/v1', 'Certificate', 'apps/c', { spec: certificate }))).toEqual(['ClusterIssuer authority']);
});

test('a PostgresCluster refers to its credentials, its certificates, its first SQL and the cluster that is its data source', () => {
  const spec = {
    backups: { pgbackrest: { configuration: [{ secret: { name: 'a' } }] } },
    customTLSSecret: { name: 'b' },
    databaseInitSQL: { name: 'c', key: 'k' },
    dataSource: { postgresCluster: { clusterName: 'd', clusterNamespace: 'other' }, volumes: { pgDataVolume: { pvcName: 'e' } } },
    service: { type: 'NodePort' },
  };
  expect(found(object('postgres-operator.crunchydata.com/v1beta1', 'PostgresCluster', 'apps/p', { spec }))).toEqual([
    'Secret apps/a',
    'Secret apps/b',
    'ConfigMap apps/c: k',
    'PostgresCluster other/d',
    'PersistentVolumeClaim apps/e',
  ]);
});

test("a HelmChart refers to the Secrets of its registry and of its values, beside itself and not in the release's namespace", () => {
  const valuesSecrets = [
    { name: 'b', keys: ['k'] },
    { name: 'c', ignoreUpdates: true },
  ];
  expect(found(helmChart({ authSecret: { name: 'a' }, valuesSecrets }))).toEqual(['Secret kube-system/a', 'Secret kube-system/b: k']);
});

test('a HelmRelease and its source refer to each other and to the Secrets beside them, but not to what its values name', () => {
  const spec = {
    chart: { spec: { sourceRef: { kind: 'HelmRepository', name: 'a' } } },
    chartRef: { kind: 'OCIRepository', name: 'b', namespace: 'sources' },
    valuesFrom: [
      { kind: 'Secret', name: 'c', valuesKey: 'k' },
      { kind: 'ConfigMap', name: 'd' },
      { kind: 'Secret', name: 'e', optional: true },
    ],
    targetNamespace: 'apps',
    values: { serviceAccountName: 'f', secretRef: { name: 'g' } },
  };
  expect(found(object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'flux-system/r', { spec }))).toEqual([
    'HelmRepository flux-system/a',
    'OCIRepository sources/b',
    'Secret flux-system/c: k',
    'ConfigMap flux-system/d: values.yaml',
  ]);
  const secrets = { secretRef: { name: 'a' }, certSecretRef: { name: 'b' }, proxySecretRef: { name: 'c' } };
  expect(found(object('source.toolkit.fluxcd.io/v1', 'OCIRepository', 'flux-system/s', { spec: secrets }))).toEqual([
    'Secret flux-system/a',
    'Secret flux-system/b',
    'Secret flux-system/c',
  ]);
});

test('schemas and data refer to nothing', () => {
  const schema = { properties: { secretRef: { name: 'a' }, serviceAccountName: 'b' } };
  expect(found(object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'd', { spec: schema }))).toEqual([]);
  expect(found(object('v1', 'ConfigMap', 'c', { data: { serviceAccountName: 'b' } }))).toEqual([]);
});

test('fields named like methods of Object refer to nothing', () => {
  expect(found(pod({ constructor: 'a', toString: 'b' }))).toEqual([]);
});

test('an object without a namespace refers to objects without one', () => {
  expect(found(deployment({ envFrom: [{ secretRef: { name: 'a' } }] }))).toEqual(['Secret a']);
});
