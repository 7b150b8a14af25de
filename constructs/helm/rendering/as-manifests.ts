import { isClusterScoped } from '../../../manifests/built-in-kinds';
import { crdOf, isCrd } from '../../../manifests/custom-resource-definition';
import { valueAt } from '../../../manifests/fields';
import { groupKindOf, type Manifest } from '../../../manifests/manifest';
import { sha256 } from '../../../manifests/sha256';
import { isTest } from './gates';
import type { RenderedObject } from './rendered-object';

/** Helm's annotations that mean something to Helm alone. */
const HELM_ONLY = ['helm.sh/hook', 'helm.sh/hook-weight', 'helm.sh/hook-delete-policy', 'helm.sh/resource-policy'];

/**
 * What Helm would have done to the objects: a namespace for those that are in one, no tests. And what it would not: a Job gets a name that changes
 * with its content, because a Job cannot be changed, and charts put the revision of the release into its name, which is always 1 here.
 */
export function asManifests(objects: readonly RenderedObject[], namespace: string): RenderedObject[] {
  const clusterScoped = new Set(
    objects.filter(({ manifest }) => isClusterScopedCrd(manifest)).flatMap(({ manifest }) => kindsOf(manifest)),
  );
  return objects
    .filter(({ manifest }) => !isTest(manifest))
    .map(({ template, manifest }) => {
      const inNamespace = isClusterScoped(manifest) || clusterScoped.has(groupKindOf(manifest)) ? undefined : namespace;
      return { template, manifest: renamedJob(withoutHelm(manifest, inNamespace)) };
    });
}

function isClusterScopedCrd(manifest: Manifest): boolean {
  return isCrd(manifest) && valueAt(manifest, 'spec', 'scope') === 'Cluster';
}

function kindsOf(manifest: Manifest): string[] {
  return (crdOf(manifest)?.kinds ?? []).map(groupKindOf);
}

function withoutHelm(manifest: Manifest, namespace: string | undefined): Manifest {
  const { annotations, ...metadata } = manifest.metadata;
  const kept = Object.entries(annotations ?? {}).filter(([name]) => !HELM_ONLY.includes(name));
  return {
    ...manifest,
    metadata: {
      ...metadata,
      ...(metadata.namespace === undefined && namespace !== undefined && { namespace }),
      ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }),
    },
  };
}

/** The longest name of a Job, whose Pods have it in a label. */
const LONGEST_JOB_NAME = 63;

function renamedJob(manifest: Manifest): Manifest {
  if (groupKindOf(manifest) !== 'Job.batch') return manifest;
  const hash = sha256(JSON.stringify(manifest['spec'])).slice(0, 8);
  const name = manifest.metadata.name.replace(/-(r|rev|revision-?)?1$/, '').slice(0, LONGEST_JOB_NAME - hash.length - 1);
  return { ...manifest, metadata: { ...manifest.metadata, name: `${name}-${hash}` } };
}
