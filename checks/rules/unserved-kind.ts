import { builtInVersions, isBuiltIn } from '../../manifests/built-in-kinds';
import { groupOf } from '../../manifests/manifest';
import type { Rule } from '../rule';

/** Every object is of a kind that Kubernetes, a CRD of dist/, a chart of dist/ or, as a declared need, the cluster serves. */
export const unservedKind: Rule = {
  name: 'unserved-kind',
  check({ objects, known }) {
    return objects
      .filter(({ manifest: { apiVersion, kind } }) => {
        if (isBuiltIn(apiVersion, kind)) return false;
        const group = groupOf(apiVersion);
        return known.servedFrom(group, apiVersion.slice(group.length + 1), kind) === undefined;
      })
      .map((object) => ({
        object,
        field: 'kind',
        message: `must be a kind that this environment serves; got ${object.manifest.apiVersion} ${object.manifest.kind}.`,
        remedy: remedy(object.manifest.kind),
      }));
  },
};

function remedy(kind: string): string {
  const versions = builtInVersions(kind);
  if (versions.length > 0) return `Kubernetes serves ${versions.map((version) => `${version} ${kind}`).join(' and ')}.`;
  return 'Add the CRD or the operator that installs it, or remove this object.';
}
