import type { Reference } from '../reference';
import { addressOf } from './service-address';
import { fieldOf, type InstalledRelease } from '../helm-release';
import { type FieldPath, formatField, isMap, listOf, type YamlMap, visitFields } from '../fields';
import { hasIssuerAnnotation } from './provided';
import { REFERRING_FIELDS } from './referring-fields';
import { type FoundReference, withNamespace } from './references';

/** Fields of pods and Ingresses that charts use in their values unchanged. */
const MANIFEST_FIELDS = [
  'secretKeyRef',
  'configMapKeyRef',
  'secretRef',
  'configMapRef',
  'persistentVolumeClaim',
  'cert-manager.io/cluster-issuer',
  'cert-manager.io/issuer',
];

/** Names of values that by convention name an object which the chart does not create. */
const CONVENTIONS: readonly (readonly [RegExp, string])[] = [
  [/^existing\w*Secret(Name)?$/i, 'Secret'],
  [/^(tls)?SecretName$/i, 'Secret'],
  [/^existing\w*ConfigMap(Name)?$/i, 'ConfigMap'],
  [/^existing\w*Claim(Name)?$/i, 'PersistentVolumeClaim'],
  [/^ingressClassName$/, 'IngressClass'],
  [/^clusterIssuer$/, 'ClusterIssuer'],
];

/** What `{ create: false, name }` below a value of this name refers to. */
const NOT_CREATED: Readonly<Record<string, string>> = { secret: 'Secret', serviceAccount: 'ServiceAccount', configMap: 'ConfigMap' };

/**
 * The references in a chart's values, by the conventions of charts. References that no convention recognizes are declared in the contract's
 * `reads`. Names that a template creates (`{{ .Release.Name }}-secret`) are the chart's own.
 */
export function valueReferences({ values, places, namespace }: InstalledRelease): FoundReference[] {
  const found: FoundReference[] = [];
  const issued = new Set<unknown>();
  visitFields(values, (parent, key, path) => {
    // cert-manager creates the Secrets of an Ingress with such an annotation.
    if (hasIssuerAnnotation(parent['annotations'])) for (const entry of [parent, ...listOf(parent['tls'])]) issued.add(entry);
    if (issued.has(parent) && /secretName$/i.test(key)) return;
    const field = `${fieldOf(places.values)}: ${formatField(path)}`;
    for (const reference of referencesIn(parent, key, path)) {
      if (!reference.name.includes('{{')) found.push({ field, reference: withNamespace(reference, namespace) });
    }
    const address = addressOf(parent[key]);
    if (address) found.push({ field, reference: address, later: true });
  });
  return found;
}

function referencesIn(parent: YamlMap, key: string, path: FieldPath): readonly Reference[] {
  const value = parent[key];
  if (MANIFEST_FIELDS.includes(key)) return REFERRING_FIELDS[key]?.(value, NO_OWNER) ?? [];
  if (key === 'imagePullSecrets') return listOf(value).flatMap((item) => referenceTo('Secret', isMap(item) ? item['name'] : item));
  if (key === 'className' && path.at(-2) === 'ingress') return referenceTo('IngressClass', value);
  const notCreated = Object.hasOwn(NOT_CREATED, key) ? NOT_CREATED[key] : undefined;
  if (notCreated !== undefined && isMap(value) && value['create'] === false) return referenceTo(notCreated, value['name']);
  const kind = CONVENTIONS.find(([pattern]) => pattern.test(key))?.[1];
  return kind === undefined ? [] : referenceTo(kind, value, keysBeside(parent, key));
}

/** The values of keys such as `existingSecretPasswordKey` beside `existingSecret`. */
function keysBeside(parent: YamlMap, key: string): string[] {
  return Object.entries(parent).flatMap(([other, value]) =>
    other !== key && other.startsWith(key) && other.endsWith('Key') && typeof value === 'string' && value !== '' ? [value] : [],
  );
}

function referenceTo(kind: string, name: unknown, keys: readonly string[] = []): Reference[] {
  return typeof name === 'string' && name !== '' ? [{ kind, name, ...(keys.length > 0 && { keys }) }] : [];
}

/** These fields mean the same in every kind. */
const NO_OWNER = { apiVersion: '', kind: '', metadata: { name: '' } };
