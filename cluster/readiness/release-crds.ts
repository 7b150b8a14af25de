import { CRD_KIND, crdsMadeBy } from '../../manifests/custom-resource-definition';
import { releaseOf } from '../../manifests/helm-release';
import type { Manifest } from '../../manifests/manifest';
import { crdChanges } from '../../manifests/schema/crd-change';
import { contentOf, crdsOf, type ReleaseContent, type ReleaseRevision } from '../helm/release-secret';
import type { LiveObject } from '../objects/live-object';
import { isCreatedAfter } from '../objects/ownership';
import { textAt } from './fields';
import { failed, type ReadinessContext, type State } from './readiness';

/** How many fields a reason names. */
const NAMED = 3;

/**
 * Failed when a CRD on the cluster does not declare what the CRD in the chart declares: Helm installs the CRDs of a chart with its first
 * revision and never upgrades them. The controller then runs, and the API server refuses the newer fields. A CRD that declares more is
 * accepted: CRDs are upgraded before their release.
 * @param oldest the oldest revision that Helm still has
 */
export async function crdsNotOfChart(
  chart: LiveObject,
  content: ReleaseContent,
  oldest: ReleaseRevision,
  context: ReadinessContext,
): Promise<State | undefined> {
  const isFirst = oldest.revision === 1 && contentOf(oldest)?.chartVersion === content.chartVersion;
  for (const { name } of crdsMadeBy(chart)) {
    const live = await context.get({ ...CRD_KIND, name });
    if (live === undefined) continue;
    // The first revision has created it, and nothing has changed it. Reading the chart's CRDs takes a second.
    if (isFirst && live.metadata.generation === 1 && isCreatedAfter(live, chart)) continue;
    const shipped = crdsOf(content).find(({ metadata }) => metadata.name === name);
    const missing = shipped === undefined ? [] : notDeclared(shipped, live);
    if (missing.length > 0) return failed(describe(name, missing, chart, content));
  }
  return undefined;
}

function describe(name: string, missing: readonly string[], chart: LiveObject, { chartVersion }: ReleaseContent): string {
  const named = missing.slice(0, NAMED).join(', ');
  const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : '';
  const remedy = `${showCrds(chart, chartVersion)} | kubectl apply --server-side --force-conflicts -f -`;
  return (
    `CRD ${name} on the cluster is not of chart version ${chartVersion}: it does not declare ${named}${more}. ` +
    `Helm does not upgrade CRDs. Update them: ${remedy}`
  );
}

function showCrds(chart: LiveObject, chartVersion: string): string {
  const release = releaseOf(chart);
  const { namespace = 'default', name } = chart.metadata;
  if (release === undefined || release.archive) {
    const archive = `${name}.tgz`;
    const content = `kubectl -n ${namespace} get helmchart ${name} -o jsonpath='{.spec.chartContent}' | base64 -d`;
    return `${content} > ${archive} && helm show crds ${archive}`;
  }
  const repo = textAt(chart, 'spec', 'repo');
  return `helm show crds ${release.chart}${repo === undefined ? '' : ` --repo ${repo}`} --version ${chartVersion}`;
}

/** What a CRD declares and another does not: a version as its name, and a field as its path in objects of the kind: `spec.instances[].name`. */
function notDeclared(shipped: Manifest, live: Manifest): string[] {
  const removed = crdChanges(shipped, live).filter(({ type }) => type === 'removed');
  return [...new Set(removed.map(({ version, field }) => (field === '' ? `version ${version}` : field)))];
}
