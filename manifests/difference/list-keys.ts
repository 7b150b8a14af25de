import { isMap, type FieldPath, type YamlMap } from '../fields';

/** The merge keys of lists, by the name of the field. https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy */
const MERGE_KEYS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  ports: [['containerPort', 'protocol'], ['port', 'protocol'], ['name']],
  volumeMounts: [['mountPath']],
  volumeDevices: [['devicePath']],
  hostAliases: [['ip']],
  topologySpreadConstraints: [['topologyKey', 'whenUnsatisfiable']],
  conditions: [['type']],
  ownerReferences: [['uid']],
  paths: [['path', 'pathType']],
  rules: [['host']],
  parentRefs: [['name', 'namespace', 'sectionName', 'port']],
  subjects: [['name', 'kind', 'namespace']],
  additionalPrinterColumns: [['name']],
  tls: [['secretName']],
};

/** What most lists of maps are matched by. */
const BY_NAME = [['name']];

/** What a key means where it is left out. */
const KEY_DEFAULTS: YamlMap = { protocol: 'TCP' };

/** Lists of text whose order has no meaning. */
const SETS = new Set(
  [
    'accessModes add apiGroups apiVersions categories drop finalizers hostnames hosts imagePullSecrets ingressClassNames methods mountOptions',
    'nonResourceURLs operations policyTypes resourceNames resources scopes shortNames verbs volumeLifecycleModes',
  ].flatMap((names) => names.split(' ')),
);

/** Lists of maps without a key whose order has no meaning: rules of RBAC and of admission only add up. */
const UNORDERED = new Set(['rules', 'resourceRules', 'tolerations', 'imagePullSecrets', 'subjects', 'ingress', 'egress', 'from', 'to']);

/** Kinds whose `rules` are tried in their order, or whose order otherwise has a meaning. */
const ORDERED_RULES = new Set(['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'CustomResourceDefinition']);

/**
 * The items of both lists by what identifies them, if the list has a merge key: `[name=web]`. Undefined when an item lacks the key or a key
 * occurs twice: the list is then compared by position.
 */
export function keyedItems(before: readonly unknown[], after: readonly unknown[], path: FieldPath): [Items, Items] | undefined {
  for (const keys of MERGE_KEYS[String(path.at(-1))] ?? BY_NAME) {
    const [old, next] = [itemsBy(keys, before), itemsBy(keys, after)];
    if (old && next) return [old, next];
  }
  return undefined;
}

type Items = ReadonlyMap<string, unknown>;

function itemsBy(keys: readonly string[], list: readonly unknown[]): Items | undefined {
  const items = new Map<string, unknown>();
  for (const item of list) {
    if (!isMap(item)) return undefined;
    const parts = keys.flatMap((key) => {
      const value = item[key] ?? KEY_DEFAULTS[key];
      return typeof value === 'string' || typeof value === 'number' ? [`${key}=${value}`] : [];
    });
    // The first key is the one that every item has.
    if (!parts[0]?.startsWith(`${keys[0]}=`)) return undefined;
    const id = `[${parts.filter((part) => part !== 'protocol=TCP').join(',')}]`;
    if (items.has(id)) return undefined;
    items.set(id, item);
  }
  return items;
}

/** Whether the order of a list has no meaning. */
export function isUnordered(list: readonly unknown[], path: FieldPath, kind: string): boolean {
  const name = String(path.at(-1));
  if (list.every((item) => typeof item !== 'object' || item === null)) return SETS.has(name);
  return UNORDERED.has(name) && !(name === 'rules' && ORDERED_RULES.has(kind));
}
