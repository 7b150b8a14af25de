import { isDeepStrictEqual } from 'node:util';
import { isClusterScoped } from '../../../manifests/built-in-kinds';
import { contractAnnotations } from '../../../manifests/contract';
import { crdOf, isCrd } from '../../../manifests/custom-resource-definition';
import { valueAt } from '../../../manifests/fields';
import { HOOK, isKept, RESOURCE_POLICY } from '../../../manifests/helm-annotations';
import { groupKindOf, type Manifest } from '../../../manifests/manifest';
import { sha256 } from '../../../manifests/sha256';
import { isTest } from './gates';
import type { RenderedObject } from './rendered-object';

/** Helm's annotations that mean something to Helm alone. */
const HELM_ONLY = [HOOK, 'helm.sh/hook-weight', 'helm.sh/hook-delete-policy', RESOURCE_POLICY];

/** What an object holds that Helm does not delete, in the words of the refusal to delete it. */
const KEPT = 'the chart says that it is kept';

/**
 * What Helm would have done to the objects: a namespace for those that are in one, no tests. What Helm keeps when it uninstalls a release is protected
 * like other data. And what Helm would not do: a Job gets a name that changes with its content, because a Job cannot be changed, and charts put the
 * revision of the release into its name, which is always 1 here.
 *
 * A chart's `crds/` has the same CRD twice where a subchart is used under two names: it is there once.
 */
export function asManifests(objects: readonly RenderedObject[], namespace: string): RenderedObject[] {
  const clusterScoped = new Set(
    objects.filter(({ manifest }) => isClusterScopedCrd(manifest)).flatMap(({ manifest }) => kindsOf(manifest)),
  );
  return objects
    .filter(({ manifest }) => !isTest(manifest) && manifest.metadata.name !== undefined)
    .filter(
      ({ manifest }, index) => !isCrd(manifest) || !objects.slice(0, index).some((other) => isDeepStrictEqual(other.manifest, manifest)),
    )
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
  const { annotations, namespace: own, ...metadata } = manifest.metadata;
  const others = Object.entries(annotations ?? {}).filter(([name]) => !HELM_ONLY.includes(name));
  const kept = {
    ...Object.fromEntries(others),
    ...(isKept(manifest) && contractAnnotations({ holdsData: KEPT })),
  };
  return {
    ...manifest,
    metadata: {
      ...metadata,
      // The API server ignores the namespace of a cluster-scoped object. An empty one is none.
      ...(namespace !== undefined && { namespace: own || namespace }),
      ...(Object.keys(kept).length > 0 && { annotations: kept }),
    },
  };
}

/** The longest name of a Job, whose Pods have it in a label. */
const LONGEST_JOB_NAME = 63;

function renamedJob(manifest: Manifest): Manifest {
  if (groupKindOf(manifest) !== 'Job.batch') return manifest;
  const hash = sha256(JSON.stringify(manifest['spec'] ?? null)).slice(0, 8);
  const name = manifest.metadata.name
    .replace(/-(r|rev|revision-?)?1$/, '')
    .slice(0, LONGEST_JOB_NAME - hash.length - 1)
    .replace(/[-.]+$/, '');
  return { ...manifest, metadata: { ...manifest.metadata, name: `${name}-${hash}` } };
}
