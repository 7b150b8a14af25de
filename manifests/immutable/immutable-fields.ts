import { isEqual } from '../difference/equal';
import { fieldChanges } from '../difference/field-changes';
import type { FieldChange } from '../difference/field-change';
import { quantityOf } from '../difference/quantity';
import { isMap, valueAt } from '../fields';
import { groupKindOf, type Manifest } from '../manifest';
import type { ImmutableField } from './immutable-field';

/** What the API server refuses to change in objects of a kind. */
interface Rule {
  /** The field, with everything below it. */
  readonly field: string;
  /** Fields below it that can change. */
  readonly except?: readonly string[];
  /** Whether the rule applies to this update. @default every update */
  readonly when?: (before: Manifest, after: Manifest) => boolean;
  /** The API server's words. @default field is immutable */
  readonly message?: string;
}

const SPEC = 'spec';
const SELECTOR: readonly Rule[] = [{ field: 'spec.selector' }];
const ROLE_REF: readonly Rule[] = [{ field: 'roleRef', message: 'cannot change roleRef' }];

const spec = (manifest: Manifest, ...keys: readonly string[]): unknown => valueAt(manifest, SPEC, ...keys);
const isIndexed = (_before: Manifest, after: Manifest): boolean => spec(after, 'completionMode') === 'Indexed';

/** A Secret or a ConfigMap that says so of itself. */
const isImmutable = ({ immutable }: Manifest): boolean => immutable === true;
const ONCE_SET = 'field is immutable when `immutable` is set';

/** A Service that has addresses of the cluster before and after: changing to or from ExternalName replaces them. */
const hasAddress = (...services: readonly Manifest[]): boolean => services.every((service) => spec(service, 'type') !== 'ExternalName');

/** Of Kubernetes 1.36, from its validation: pkg/apis/<group>/validation/validation.go. An end-to-end test compares this table with the API server. */
const RULES: Readonly<Record<string, readonly Rule[]>> = {
  'Deployment.apps': SELECTOR,
  'DaemonSet.apps': SELECTOR,
  'ReplicaSet.apps': SELECTOR,
  'StatefulSet.apps': [
    {
      field: SPEC,
      except: [
        'replicas',
        'ordinals',
        'template',
        'updateStrategy',
        'revisionHistoryLimit',
        'persistentVolumeClaimRetentionPolicy',
        'minReadySeconds',
      ],
      message:
        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    },
  ],
  'Job.batch': [
    { field: 'spec.template', when: (before) => spec(before, 'suspend') !== true },
    {
      field: 'spec.template',
      except: [
        'metadata.annotations',
        'metadata.labels',
        'spec.affinity.nodeAffinity',
        'spec.nodeSelector',
        'spec.schedulingGates',
        'spec.tolerations',
        'spec.containers.resources',
        'spec.initContainers.resources',
      ],
      when: (before) => spec(before, 'suspend') === true,
    },
    ...['selector', 'completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'].map((name) => ({
      field: `spec.${name}`,
    })),
    { field: 'spec.completions', when: (before, after) => !isIndexed(before, after) },
    {
      field: 'spec.completions',
      when: (before, after) => isIndexed(before, after) && (spec(after, 'completions') ?? 1) !== (spec(after, 'parallelism') ?? 1),
      message: 'can only be modified in tandem with spec.parallelism',
    },
  ],
  PersistentVolumeClaim: [
    {
      field: SPEC,
      except: ['resources.requests.storage', 'volumeAttributesClassName'],
      message: 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    },
    { field: 'spec.resources.requests.storage', when: shrinks, message: 'field can not be less than status.capacity' },
  ],
  PersistentVolume: [
    {
      field: SPEC,
      except: [
        'accessModes',
        'capacity',
        'claimRef',
        'mountOptions',
        'nodeAffinity',
        'persistentVolumeReclaimPolicy',
        'storageClassName',
        'volumeAttributesClassName',
      ],
      message: 'spec.persistentvolumesource is immutable after creation',
    },
  ],
  Service: [
    {
      field: 'spec.clusterIP',
      // An address that is left out is kept.
      when: (before, after) => hasAddress(before, after) && spec(after, 'clusterIP') !== undefined,
      message: 'may not change once set',
    },
    {
      field: 'spec',
      // The address None is kept, too, and these types need another one.
      when: (before, after) =>
        spec(before, 'clusterIP') === 'None' &&
        spec(after, 'clusterIP') === undefined &&
        ['LoadBalancer', 'NodePort'].includes(String(spec(after, 'type'))),
      message: "clusterIP may not be set to 'None' for Services of this type",
    },
    {
      field: 'spec.loadBalancerClass',
      when: (...both) => both.every((service) => spec(service, 'type') === 'LoadBalancer'),
      message: 'may not change once set',
    },
  ],
  Secret: [
    { field: 'type' },
    { field: 'immutable', when: isImmutable, message: ONCE_SET },
    {
      field: 'data',
      when: (before, after) => isImmutable(before) && !isEqual(contentOf(before), contentOf(after)),
      message: ONCE_SET,
    },
    {
      field: 'stringData',
      when: (before, after) => isImmutable(before) && !isEqual(contentOf(before), contentOf(after)),
      message: ONCE_SET,
    },
  ],
  ConfigMap: ['immutable', 'data', 'binaryData'].map((field) => ({ field, when: isImmutable, message: ONCE_SET })),
  ResourceQuota: [{ field: 'spec.scopes' }],
  'RoleBinding.rbac.authorization.k8s.io': ROLE_REF,
  'ClusterRoleBinding.rbac.authorization.k8s.io': ROLE_REF,
  'StorageClass.storage.k8s.io': ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'].map((field) => ({ field })),
  'VolumeAttributesClass.storage.k8s.io': ['driverName', 'parameters'].map((field) => ({ field })),
  'CSIDriver.storage.k8s.io': ['spec.attachRequired', 'spec.volumeLifecycleModes'].map((field) => ({ field })),
  'PriorityClass.scheduling.k8s.io': [{ field: 'value', message: 'may not be changed in an update.' }, { field: 'preemptionPolicy' }],
  'RuntimeClass.node.k8s.io': [{ field: 'handler' }],
  'IngressClass.networking.k8s.io': [{ field: 'spec.controller' }],
  'EndpointSlice.discovery.k8s.io': [{ field: 'addressType' }],
  'ControllerRevision.apps': [{ field: 'data' }],
  'CustomResourceDefinition.apiextensions.k8s.io': ['spec.scope', 'spec.group', 'spec.names.kind', 'spec.names.plural'].map((field) => ({
    field,
  })),
  'AppUser.kapernikov.com': [
    {
      field: 'spec.username',
      message: 'username cannot be added, changed or removed later, because the account keeps the name it was made with',
    },
  ],
};

/** The kinds that have immutable fields, as `Kind.group`. */
export const KINDS_WITH_IMMUTABLE_FIELDS: readonly string[] = Object.keys(RULES);

/** The immutable fields that an update changes: the API server refuses it. A claim counts as bound, and a Job as started. */
export function immutableFields(
  before: Manifest,
  after: Manifest,
  changes: readonly FieldChange[] = fieldChanges(before, after),
): ImmutableField[] {
  const rules = RULES[groupKindOf(before)] ?? [];
  const changed = changes.filter(({ isEquivalent }) => !isEquivalent).map(({ path }) => namesOf(path));
  return rules
    .filter((rule) => (rule.when?.(before, after) ?? true) && changed.some((name) => covers(rule, name)))
    .map(({ field, message = 'field is immutable' }) => ({ field, message }));
}

/** Whether a change of this field is covered by a rule. A change of a map as a whole counts as one of its fields. */
function covers({ field, except = [] }: Rule, changed: string): boolean {
  if (except.some((name) => isWithin(changed, `${field}.${name}`))) return false;
  return isWithin(changed, field) || isWithin(field, changed);
}

function isWithin(field: string, parent: string): boolean {
  return field === parent || field.startsWith(`${parent}.`);
}

/** Without the indexes and the keys of lists. */
function namesOf(path: FieldChange['path']): string {
  return path.filter((part): part is string => typeof part === 'string' && !part.startsWith('[')).join('.');
}

/** A size that cannot be read is left to the API server. */
function shrinks(before: Manifest, after: Manifest): boolean {
  const [old, next] = [before, after].map((claim) => quantityOf(spec(claim, 'resources', 'requests', 'storage')));
  return old !== undefined && next !== undefined && next < old;
}

/** What a Secret holds: stringData is written over data. */
function contentOf({ data, stringData }: Manifest): Record<string, string> {
  const plain = Object.entries(isMap(stringData) ? stringData : {}).map(([key, text]) => [
    key,
    Buffer.from(String(text)).toString('base64'),
  ]);
  return { ...(isMap(data) ? (data as Record<string, string>) : {}), ...(Object.fromEntries(plain) as Record<string, string>) };
}
