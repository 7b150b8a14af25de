import pMap from 'p-map';
import { isSameObject } from '../../manifests/custom-resource-definition';
import { releaseOf } from '../../manifests/helm-release';
import { formatKey, groupKindOf, keyOf } from '../../manifests/manifest';
import { isCode } from '../api/api-error';
import { CONCURRENCY } from '../api/cluster';
import type { LiveObject } from '../objects/live-object';
import { isOurs } from '../objects/ownership';
import type { DeletionContext } from './deletion-context';

/** Kinds of which Kubernetes and controllers create objects in every namespace, and which hold no data. */
const MACHINERY = [
  'Event',
  'Event.events.k8s.io',
  'Endpoints',
  'EndpointSlice.discovery.k8s.io',
  'Lease.coordination.k8s.io',
  'ControllerRevision.apps',
];

/** On what PGO makes: the first; on Secrets of the AppUser operator: the second. */
const OPERATOR_LABELS = [/^postgres-operator\.crunchydata\.com\//, /^kapernikov\.com\/purpose$/];

/**
 * Objects in a namespace that are neither of this environment nor made by Kubernetes, Helm, PGO or the AppUser operator because of it, for example a
 * Secret that a person has created. Formatted; objects with an owner are represented by their owner.
 */
export async function foreignContentsOf(namespace: string, context: DeletionContext): Promise<string[]> {
  const { cluster } = context.session;
  const kinds = (await cluster.kinds()).filter(
    ({ namespaced, verbs, ...kind }) =>
      namespaced && verbs.includes('list') && verbs.includes('delete') && !MACHINERY.includes(groupKindOf(kind)),
  );
  const lists = await pMap(
    kinds,
    async ({ apiVersion, kind }) => {
      try {
        return await cluster.list({ apiVersion, kind }, { namespace });
      } catch (error) {
        // Gone meanwhile, or a kind that an aggregated API server cannot list.
        if (isCode(error, 404) || isCode(error, 405)) return [];
        throw error;
      }
    },
    { concurrency: CONCURRENCY },
  );
  return lists
    .flat()
    .filter((object) => isForeign(object, context))
    .map((object) => formatKey(keyOf(object)))
    .sort();
}

function isForeign(object: LiveObject, context: DeletionContext): boolean {
  const { labels = {}, ownerReferences = [], deletionTimestamp } = object.metadata;
  if (ownerReferences.length > 0 || deletionTimestamp !== undefined || isOfKubernetes(object)) return false;
  const note = context.noteOf(object);
  if (note === 'left by release' || (note !== 'adopted' && isOurs(object, context.environment))) return false;
  if (hasLabelOfOperator(labels) || isUpgradeCheck(object) || isOfRelease(object, context)) return false;
  return !context.makers.some(({ contract }) => contract.makes?.some((made) => isSameObject(made, keyOf(object))));
}

/** Objects of our releases, and the Secrets in which Helm keeps their revisions. */
function isOfRelease({ kind, metadata }: LiveObject, { targets }: DeletionContext): boolean {
  const { namespace, labels = {}, annotations = {} } = metadata;
  const releases = targets.flatMap(({ manifest }) => (manifest && releaseOf(manifest)) ?? []);
  // Hooks, and volumes of a StatefulSet, have labels only.
  const isLabelled = kind === 'PersistentVolumeClaim' || labels['app.kubernetes.io/managed-by'] === 'Helm';
  const release = annotations['meta.helm.sh/release-name'] ?? (isLabelled ? labels['app.kubernetes.io/instance'] : undefined);
  return releases.some(
    (own) =>
      (own.name === release && own.namespace === namespace) ||
      (labels['owner'] === 'helm' && own.name === labels['name'] && own.storageNamespace === namespace),
  );
}

function hasLabelOfOperator(labels: Readonly<Record<string, string>>): boolean {
  return Object.keys(labels).some((name) => OPERATOR_LABELS.some((label) => label.test(name)));
}

/** PGO remembers an id of the installation in it, without a label. PGO 5.8, internal/upgradecheck. */
function isUpgradeCheck({ kind, metadata }: LiveObject): boolean {
  return kind === 'ConfigMap' && metadata.name === 'pgo-upgrade-check';
}

/** What Kubernetes creates in every namespace. */
function isOfKubernetes({ kind, metadata }: LiveObject): boolean {
  const { name, annotations = {} } = metadata;
  if (kind === 'ConfigMap') return name === 'kube-root-ca.crt';
  if (kind === 'ServiceAccount') return name === 'default';
  return kind === 'Secret' && annotations['kubernetes.io/service-account.name'] === 'default';
}
