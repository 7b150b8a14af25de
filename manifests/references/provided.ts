import type { Manifest } from '../manifest';
import type { Reference } from '../reference';
import { contractOf } from '../contract';
import { isMap, listOf, valueAt } from '../fields';
import { releaseOf } from '../helm-release';

/** The objects that exist once an object is applied: itself, the `makes` of its contract, and what a well-known controller creates for it. */
export function providedBy(manifest: Manifest): Reference[] {
  const { kind, metadata } = manifest;
  const { namespace, name } = metadata;
  return [
    { kind, namespace, name, keys: keysOf(manifest) },
    ...(contractOf(manifest).makes ?? []),
    ...(IMPLIED[kind]?.(manifest) ?? []),
    ...namespaceOfRelease(manifest),
  ];
}

/** Whether cert-manager creates the TLS Secrets of an Ingress. https://cert-manager.io/docs/usage/ingress/ */
export function hasIssuer({ metadata: { annotations = {} } }: Manifest): boolean {
  return hasIssuerAnnotation(annotations);
}

/** Also the annotation of kube-lego, with which cert-manager uses its default issuer. */
export function hasIssuerAnnotation(annotations: unknown): boolean {
  if (!isMap(annotations)) return false;
  return (
    'cert-manager.io/cluster-issuer' in annotations ||
    'cert-manager.io/issuer' in annotations ||
    String(annotations['kubernetes.io/tls-acme']) === 'true'
  );
}

const CERTIFICATE_KEYS = ['tls.crt', 'tls.key', 'ca.crt'];

const IMPLIED: Readonly<Record<string, (manifest: Manifest) => Reference[]>> = {
  Certificate: ({ spec, metadata }) => certificate(valueAt(spec, 'secretName'), metadata.namespace),
  Ingress: (manifest) => {
    if (!hasIssuer(manifest)) return [];
    const { namespace } = manifest.metadata;
    return listOf(valueAt(manifest['spec'], 'tls')).flatMap((item) => certificate(valueAt(item, 'secretName'), namespace));
  },
};

function namespaceOfRelease(manifest: Manifest): Reference[] {
  const release = releaseOf(manifest);
  return release?.createsNamespace ? [{ kind: 'Namespace', name: release.namespace }] : [];
}

function certificate(name: unknown, namespace: string | undefined): Reference[] {
  return typeof name === 'string' ? [{ kind: 'Secret', namespace, name, keys: CERTIFICATE_KEYS }] : [];
}

/** The keys of a Secret or ConfigMap; for a CRD the versions and kinds that it serves. */
function keysOf(manifest: Manifest): string[] {
  switch (manifest.kind) {
    case 'Secret':
    case 'ConfigMap':
      return ['data', 'stringData', 'binaryData'].flatMap((field) => (isMap(manifest[field]) ? Object.keys(manifest[field]) : []));
    case 'CustomResourceDefinition':
      return servedBy(manifest);
    default:
      return [];
  }
}

/** The API server rejects a CRD whose name is not `plural.group`: it serves nothing. */
function servedBy({ spec, metadata: { name } }: Manifest): string[] {
  if (name !== `${String(valueAt(spec, 'names', 'plural'))}.${String(valueAt(spec, 'group'))}`) return [];
  const kind = String(valueAt(spec, 'names', 'kind'));
  return listOf(valueAt(spec, 'versions'))
    .filter((version) => valueAt(version, 'served') === true)
    .map((version) => `${String(valueAt(version, 'name'))}/${kind}`);
}
