import { DELETE_ANNOTATION, DELETE_WITH_DATA } from '../../manifests/contract';
import { isGuarded } from '../../manifests/data-protection/guarded';
import { releaseOf } from '../../manifests/helm-release';
import { formatKey, groupKindOf, keyOf, type Manifest } from '../../manifests/manifest';
import type { Target } from '../delete/target';
import { CommandProblem } from '../problem';

/**
 * Refuses while a release has two deliveries: an object that is no longer in dist installed it, and one of another kind in dist would. Pruning the
 * first would uninstall what the second has taken over.
 */
export function refuseHandover(targets: readonly Target[]): void {
  const inDist = targets.flatMap(({ manifest, inDist: is }) => (is && manifest ? [manifest] : []));
  const problems = targets.flatMap(({ manifest, inDist: is }) => {
    const release = !is && manifest ? releaseOf(manifest) : undefined;
    const successor = inDist.find((other) => {
      const wanted = releaseOf(other);
      return wanted?.name === release?.name && wanted?.namespace === release?.namespace && wanted !== undefined;
    });
    return manifest && release && successor ? [problem(manifest, successor)] : [];
  });
  if (problems.length === 0) return;
  throw new CommandProblem(
    `Nothing was applied: ${problems.length} ${problems.length === 1 ? 'release changes its' : 'releases change their'} delivery.\n\n${problems.join('\n\n')}`,
    1,
  );
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
