import { gzipSync } from 'node:zlib';
import { releaseOf as readRelease } from '../../../manifests/helm-release';
import { keyOf, type Manifest } from '../../../manifests/manifest';
import type { LiveObject } from '../../../cluster/objects/live-object';
import type { Reference } from '../../../manifests/reference';
import { contractAnnotations, contractOf } from '../../../manifests/contract';

/** The values of a chart of the model. */
export interface ChartValues {
  readonly setting: number;
  /** Whether the chart has a volume that Helm keeps when it uninstalls the release. */
  readonly volume: boolean;
}

export const HELM_FINALIZER = 'wrangler.cattle.io/on-helm-chart-remove';

/** The namespace and name of the release of a HelmChart. */
export function releaseKeyOf(chart: Manifest): { readonly namespace: string; readonly name: string } {
  const { namespace, name } = readRelease(chart) ?? { namespace: 'default', name: '' };
  return { namespace, name };
}

export function valuesOf(chart: Manifest): ChartValues {
  return (chart['spec'] as { values: ChartValues }).values;
}

/** The CRD that a reference of a contract names. */
export function crdFor({ name, keys = [] }: Reference): Manifest {
  const [plural = ''] = name.split('.');
  const [version = '', kind = ''] = (keys[0] ?? '').split('/');
  const group = name.slice(plural.length + 1);
  const spec = { group, names: { kind, plural }, scope: 'Namespaced', versions: [{ name: version, served: true, storage: true }] };
  return { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name }, spec };
}

export const isCrdReference = ({ kind }: Reference): boolean => kind === 'CustomResourceDefinition';

/** The objects of a chart, without its CRDs, which are in `crds/` and which Helm does not uninstall. */
export function objectsOf(chart: Manifest): Manifest[] {
  const { makes = [], operates = [] } = contractOf(chart);
  const { namespace, name } = releaseKeyOf(chart);
  const annotations = contractAnnotations({ operates: [...makes, ...operates].filter(isCrdReference) });
  const { setting } = valuesOf(chart);
  const isPgo = name === 'pgo';
  const env = [{ name: 'RELATED_IMAGE_POSTGRES_15', value: `postgres:15.${setting}` }];
  const deployment: Manifest = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, annotations, ...(isPgo && { labels: { 'postgres-operator.crunchydata.com/control-plane': 'pgo' } }) },
    spec: { replicas: 1, setting, ...(isPgo && { template: { spec: { containers: [{ name: 'operator', env }] } } }) },
  };
  const secrets = makes.filter(({ kind }) => kind === 'Secret').map((made) => secretFor(made, namespace));
  return [deployment, ...secrets];
}

/** The Secret that a reference of a contract names. */
export function secretFor({ name, namespace, keys = [] }: Reference, defaultNamespace: string): Manifest {
  const data = Object.fromEntries(keys.map((key) => [key, 'c2VjcmV0']));
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: namespace ?? defaultNamespace }, data };
}

/** The volume that Helm keeps, by the annotation `helm.sh/resource-policy`. */
export function volumeOf(chart: Manifest): Manifest[] {
  const { namespace, name } = releaseKeyOf(chart);
  const annotations = { 'meta.helm.sh/release-name': name, 'helm.sh/resource-policy': 'keep' };
  const metadata = { name: `${name}-data`, namespace, annotations };
  return valuesOf(chart).volume ? [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, status: { phase: 'Bound' } }] : [];
}

/** The Secret in which Helm records a revision of a release. */
export function releaseOf(chart: LiveObject): Manifest {
  const { namespace, name } = releaseKeyOf(chart);
  const manifest = objectsOf(chart)
    .map((object) => JSON.stringify(object))
    .join('\n---\n');
  const content = {
    info: { description: 'Install complete' },
    chart: { metadata: { version: '1.0.0' } },
    config: valuesOf(chart),
    manifest,
  };
  const packed = gzipSync(JSON.stringify(content), { level: 1 }).toString('base64');
  const labels = { owner: 'helm', name, status: 'deployed', version: '1' };
  const metadata = { name: `sh.helm.release.v1.${name}.v1`, namespace, labels };
  return { apiVersion: 'v1', kind: 'Secret', metadata, data: { release: Buffer.from(packed).toString('base64') } };
}

/** The Job that installs a chart, in the namespace of the HelmChart. */
export function installJobOf(chart: LiveObject): Manifest {
  const { name, uid, namespace = 'default', generation = 1 } = chart.metadata;
  const ownerReferences = [{ ...keyOf(chart), name, uid }];
  const metadata = { name: `helm-install-${name}`, namespace, ownerReferences, annotations: { of: String(generation) } };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: {}, status: { active: 1 } } as Manifest;
}
