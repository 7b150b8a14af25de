import { DELETE_ANNOTATION, DELETE_WITH_DATA } from '../../manifests/contract';
import { isGuarded } from '../../manifests/data-protection/guarded';
import { releaseOf } from '../../manifests/helm-release';
import { formatKey, groupKindOf, idOf, keyOf, type Kind, type Manifest } from '../../manifests/manifest';
import { isCode } from '../api/api-error';
import type { Cluster } from '../api/cluster';
import type { Target } from '../delete/target';
import type { LiveObject } from '../objects/live-object';
import { CommandProblem } from '../problem';

/** The kinds of objects that install a release. */
export const INSTALLERS: readonly Kind[] = [
  { apiVersion: 'helm.cattle.io/v1', kind: 'HelmChart' },
  { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease' },
  { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application' },
];

/**
 * Refuses while a release of dist is also installed by an object that is not in dist, also one that others have created: two controllers would upgrade one
 * release, and deleting the first object, as prune does, would uninstall what the second has taken over.
 */
export async function refuseHandover(cluster: Cluster, targets: readonly Target[]): Promise<void> {
  const inDist = targets.flatMap(({ manifest, inDist: is }) => (is && manifest && releaseOf(manifest) ? [manifest] : []));
  if (inDist.length === 0) return;
  const known = new Set(inDist.map((manifest) => idOf(keyOf(manifest))));
  const installers = (await Promise.all(INSTALLERS.map((kind) => listAllowed(cluster, kind)))).flat();
  const problems = installers
    .filter((installer) => !known.has(idOf(keyOf(installer))))
    .flatMap((installer) => {
      const release = releaseOf(installer);
      const successor = inDist.find((manifest) => {
        const wanted = releaseOf(manifest);
        return wanted?.name === release?.name && wanted?.namespace === release?.namespace;
      });
      return successor ? [problem(installer, successor)] : [];
    });
  if (problems.length === 0) return;
  throw new CommandProblem(
    `Nothing was applied: ${problems.length} ${problems.length === 1 ? 'release changes its' : 'releases change their'} delivery.\n\n${problems.join('\n\n')}`,
    1,
  );
}

/** Without the right to list them in all namespaces, nothing can be said. */
async function listAllowed(cluster: Cluster, kind: Kind): Promise<LiveObject[]> {
  try {
    return await cluster.list(kind);
  } catch (error) {
    if (!isCode(error, 403)) throw error;
    return [];
  }
}

function problem(old: Manifest, successor: Manifest): string {
  const steps = stepsFor(old).map((step) => `    ${step}`);
  return `  ${formatKey(keyOf(old))} installed the release that ${formatKey(keyOf(successor))} takes over. Delete it without uninstalling the release:\n${steps.join('\n')}`;
}

/**
 * How to delete an object of a delivery and keep its release. Data protection refuses to delete one that others need until it is marked.
 * https://docs.k3s.io/helm, https://fluxcd.io/flux/components/helm/helmreleases/
 */
function stepsFor(manifest: Manifest): string[] {
  const { namespace = 'default', name } = manifest.metadata;
  const kubectl = `kubectl -n ${namespace}`;
  const mark = isGuarded(manifest) ? [`${DELETE_ANNOTATION}=${DELETE_WITH_DATA}`] : [];
  const annotate = (kind: string, ...annotations: readonly string[]): string[] =>
    annotations.length === 0 ? [] : [`${kubectl} annotate ${kind} ${name} ${annotations.join(' ')}`];
  const withoutFinalizer = (kind: string): string => `${kubectl} patch ${kind} ${name} --type merge -p '{"metadata":{"finalizers":null}}'`;
  switch (groupKindOf(manifest)) {
    case 'HelmChart.helm.cattle.io':
      return [
        ...annotate('helmchart', 'helmcharts.helm.cattle.io/unmanaged=true', ...mark),
        `${kubectl} delete helmchart ${name} --wait=false`,
        withoutFinalizer('helmchart'),
      ];
    case 'HelmRelease.helm.toolkit.fluxcd.io':
      return [
        `${kubectl} patch helmrelease ${name} --type merge -p '{"spec":{"suspend":true}}'`,
        ...annotate('helmrelease', ...mark),
        `${kubectl} delete helmrelease ${name}`,
      ];
    default:
      return [withoutFinalizer('application'), ...annotate('application', ...mark), `${kubectl} delete application ${name}`];
  }
}
