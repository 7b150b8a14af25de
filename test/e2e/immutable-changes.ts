import fc from 'fast-check';
import type { Manifest } from '../../manifests/manifest';

/** Objects of a kind: where they are served, and all that a generated one can contain. */
export interface ChangedKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** The plural that the API server serves. */
  readonly resource: string;
  readonly isClusterScoped?: true;
  /** Valid contents; the API server has the last word. */
  readonly contents: fc.Arbitrary<object>;
}

const some = fc.constantFrom;
/** A field with one of these values, or without. */
const optional = <Value>(name: string, ...values: Value[]): fc.Arbitrary<object> =>
  some<object>({}, ...values.map((value) => ({ [name]: value })));
const all = (...parts: fc.Arbitrary<object>[]): fc.Arbitrary<object> =>
  fc.tuple(...parts).map((objects) => Object.assign({}, ...objects) as object);
const inSpec = (...parts: fc.Arbitrary<object>[]): fc.Arbitrary<object> => all(...parts).map((spec) => ({ spec }));

const resources = (memory: string): object => ({ requests: { memory }, limits: { memory } });
const container = all(
  fc.constant({ name: 'main' }),
  some({ image: 'a:1' }, { image: 'a:2' }),
  some({}, { resources: resources('1Gi') }, { resources: resources('1024Mi') }, { resources: resources('2Gi') }),
);
const podSpec = (...parts: fc.Arbitrary<object>[]): fc.Arbitrary<object> =>
  fc
    .tuple(container, all(optional('nodeSelector', { disk: 'ssd' }), optional('terminationGracePeriodSeconds', 30, 60), ...parts))
    .map(([one, spec]) => ({ containers: [one], ...spec }));

/** A field that is mostly left out, or has its default. */
function mostly(name: string, value: string, byDefault?: string): fc.Arbitrary<object> {
  const none = byDefault === undefined ? {} : { [name]: byDefault };
  return some<object>({}, {}, none, none, { [name]: value });
}

/** A workload whose selector and labels fit each other. */
const workload = (...parts: fc.Arbitrary<object>[]): fc.Arbitrary<object> =>
  fc.tuple(some('a', 'a', 'a', 'a', 'b'), podSpec(), all(...parts)).map(([app, spec, rest]) => ({
    spec: { selector: { matchLabels: { app } }, template: { metadata: { labels: { app } }, spec }, ...rest },
  }));

const claimTemplate = (storage: string): object => ({
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
});

const job = fc
  .tuple(
    podSpec(some({ restartPolicy: 'Never' })),
    all(
      optional('suspend', true, false),
      optional('backoffLimit', 6, 3),
      optional('parallelism', 1, 2),
      optional('completions', 1, 2),
      optional('ttlSecondsAfterFinished', 60),
      optional('activeDeadlineSeconds', 600),
    ),
    fc.boolean(),
  )
  .map(([spec, rest, isIndexed]) => ({
    spec: { template: { spec }, ...rest, ...(isIndexed && { completionMode: 'Indexed', completions: 2, parallelism: 2 }) },
  }));

const service = fc
  .tuple(
    some<object>(
      {},
      { type: 'ClusterIP' },
      { clusterIP: 'None' },
      { type: 'LoadBalancer' },
      { type: 'LoadBalancer', loadBalancerClass: 'example.org/a' },
      { type: 'LoadBalancer', loadBalancerClass: 'example.org/b' },
      { type: 'ExternalName', externalName: 'example.org' },
    ),
    all(optional('sessionAffinity', 'None', 'ClientIP'), optional('selector', { app: 'a' })),
    some(80, 81),
  )
  .map(([type, rest, port]) => ({ spec: { ports: [{ port }], ...type, ...rest } }));

const secret = fc
  .tuple(
    some({}, { type: 'Opaque' }, { type: 'example.org/a' }),
    some({ data: { a: 'MQ==' } }, { data: { a: 'Mg==' } }, { stringData: { a: '1' } }),
    some({}, {}, { immutable: true }),
  )
  .map((parts) => Object.assign({}, ...parts) as object);

const binding = fc
  .tuple(some('view', 'edit'), some<object>({}, { apiGroup: 'rbac.authorization.k8s.io' }), some('a', 'b'))
  .map(([name, group, subject]) => ({
    roleRef: { kind: 'ClusterRole', name, apiGroup: 'rbac.authorization.k8s.io', ...group },
    subjects: [{ kind: 'ServiceAccount', name: subject, namespace: 'default' }],
  }));

/** The claims and volumes that fit each other. A claim counts as bound: the test creates a volume for it. */
export const VOLUME = {
  capacity: { storage: '10Gi' },
  accessModes: ['ReadWriteOnce', 'ReadOnlyMany'],
  persistentVolumeReclaimPolicy: 'Retain',
  hostPath: { path: '/data' },
};
const claim = fc
  .tuple(
    some('1Gi', '1024Mi', '2Gi', '3Gi'),
    some(['ReadWriteOnce'], ['ReadOnlyMany']),
    some('fast', 'fast', 'slow'),
    some<object>({}, { volumeMode: 'Filesystem' }),
  )
  .map(([storage, accessModes, storageClassName, rest]) => ({
    spec: { accessModes, storageClassName, resources: { requests: { storage } }, ...rest },
  }));

const apps = { apiVersion: 'apps/v1' };
const storage = { apiVersion: 'storage.k8s.io/v1', isClusterScoped: true } as const;
const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' };

/** Every kind with immutable fields, but for CustomResourceDefinitions and AppUsers, which the test has of its own. */
export const KINDS: readonly ChangedKind[] = [
  { ...apps, kind: 'Deployment', resource: 'deployments', contents: workload(optional('replicas', 1, 2), optional('minReadySeconds', 5)) },
  { ...apps, kind: 'DaemonSet', resource: 'daemonsets', contents: workload(optional('minReadySeconds', 5)) },
  { ...apps, kind: 'ReplicaSet', resource: 'replicasets', contents: workload(optional('replicas', 1, 2)) },
  {
    ...apps,
    kind: 'StatefulSet',
    resource: 'statefulsets',
    contents: workload(
      optional('replicas', 1, 2),
      mostly('serviceName', 'a'),
      mostly('podManagementPolicy', 'Parallel', 'OrderedReady'),
      some(...['1Gi', '1024Mi', '1Gi', '1024Mi', '2Gi'].map((size) => ({ volumeClaimTemplates: [claimTemplate(size)] }))),
      optional('revisionHistoryLimit', 10, 5),
    ),
  },
  { apiVersion: 'batch/v1', kind: 'Job', resource: 'jobs', contents: job },
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim', resource: 'persistentvolumeclaims', contents: claim },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    resource: 'persistentvolumes',
    isClusterScoped: true,
    contents: fc
      .tuple(
        some(
          { hostPath: { path: '/a' } },
          { hostPath: { path: '/b' } },
          { hostPath: { path: '/a', type: '' } },
          { nfs: { server: 's', path: '/a' } },
        ),
        some('1Gi', '2Gi'),
        some({}, { volumeMode: 'Filesystem' }, { volumeMode: 'Block' }),
        some('Retain', 'Delete'),
      )
      .map(([source, size, mode, persistentVolumeReclaimPolicy]) => ({
        spec: { ...source, ...mode, accessModes: ['ReadWriteOnce'], capacity: { storage: size }, persistentVolumeReclaimPolicy },
      })),
  },
  { apiVersion: 'v1', kind: 'Service', resource: 'services', contents: service },
  { apiVersion: 'v1', kind: 'Secret', resource: 'secrets', contents: secret },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    resource: 'configmaps',
    contents: fc.tuple(some('1', '2'), some({}, {}, { immutable: true })).map(([a, rest]) => ({ data: { a }, ...rest })),
  },
  {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    resource: 'resourcequotas',
    contents: inSpec(
      some({ hard: { pods: '1000' } }, { hard: { pods: '1k' } }, { hard: { pods: '2000' } }),
      optional('scopes', ['BestEffort'], ['NotBestEffort']),
    ),
  },
  { ...rbac, kind: 'RoleBinding', resource: 'rolebindings', contents: binding },
  { ...rbac, kind: 'ClusterRoleBinding', resource: 'clusterrolebindings', isClusterScoped: true, contents: binding },
  {
    ...storage,
    kind: 'StorageClass',
    resource: 'storageclasses',
    contents: all(
      some({ provisioner: 'example.org/a' }, { provisioner: 'example.org/b' }),
      optional('reclaimPolicy', 'Delete', 'Retain'),
      optional('volumeBindingMode', 'Immediate'),
      optional('parameters', { a: '1' }),
      optional('allowVolumeExpansion', true, false),
    ),
  },
  {
    ...storage,
    kind: 'VolumeAttributesClass',
    resource: 'volumeattributesclasses',
    contents: all(
      some({ driverName: 'a.example.org' }, { driverName: 'b.example.org' }),
      some({ parameters: { a: '1' } }, { parameters: { a: '2' } }),
    ),
  },
  {
    ...storage,
    kind: 'CSIDriver',
    resource: 'csidrivers',
    contents: inSpec(
      optional('attachRequired', true, false),
      optional('podInfoOnMount', false, true),
      optional('volumeLifecycleModes', ['Persistent'], ['Ephemeral']),
    ),
  },
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    resource: 'priorityclasses',
    isClusterScoped: true,
    contents: all(
      some({ value: 1 }, { value: 2 }),
      optional('preemptionPolicy', 'Never', 'PreemptLowerPriority'),
      optional('description', 'text'),
    ),
  },
  {
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    resource: 'runtimeclasses',
    isClusterScoped: true,
    contents: all(some({ handler: 'a' }, { handler: 'b' }), optional('scheduling', { nodeSelector: { a: 'b' } })),
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    resource: 'ingressclasses',
    isClusterScoped: true,
    contents: inSpec(
      some({ controller: 'example.org/a' }, { controller: 'example.org/b' }),
      optional('parameters', { kind: 'A', name: 'a', scope: 'Cluster' }),
    ),
  },
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    resource: 'endpointslices',
    contents: all(
      some({ addressType: 'IPv4' }, { addressType: 'IPv6' }),
      some({ endpoints: [] }),
      optional('ports', [{ port: 80 }], [{ port: 81 }]),
    ),
  },
  {
    ...apps,
    kind: 'ControllerRevision',
    resource: 'controllerrevisions',
    contents: all(some({ data: { a: 1 } }, { data: { a: 2 } }), some({ revision: 1 }, { revision: 2 })),
  },
];

/** Pairs of contents that differ. The same in every run. */
export function pairsOf(contents: fc.Arbitrary<object>, number: number): [object, object][] {
  const pairs = fc.sample(fc.tuple(contents, contents), { numRuns: number * 3, seed: 17 });
  return pairs.filter(([before, after]) => JSON.stringify(before) !== JSON.stringify(after)).slice(0, number);
}

export function objectOf(
  { apiVersion, kind, isClusterScoped }: Omit<ChangedKind, 'contents' | 'resource'>,
  name: string,
  content: object,
): Manifest {
  return { apiVersion, kind, metadata: { name, ...(isClusterScoped !== true && { namespace: 'default' }) }, ...content };
}
