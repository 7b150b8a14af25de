import { builtInVersions, isBuiltIn } from '../../manifests/built-in-kinds';
import { groupOf } from '../../manifests/manifest';
import type { Rule } from '../rule';

/** Every object is of a kind that somebody serves: Kubernetes, a definition in dist, a chart in dist, or the cluster by agreement. */
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
        message: `nothing in this environment serves ${object.manifest.apiVersion} ${object.manifest.kind}.`,
        remedy: remedy(object.manifest.kind),
      }));
  },
};

function remedy(kind: string): string {
  const versions = builtInVersions(kind);
  if (versions.length > 0) return `Kubernetes serves ${versions.map((version) => `${version} ${kind}`).join(' and ')}.`;
  return 'Add the operator or the definition that brings this kind, or leave this object out.';
}
