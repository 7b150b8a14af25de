import { isDeepStrictEqual } from 'node:util';
import { releaseOf } from '../../manifests/helm-release';
import { conditionOf, type LiveObject } from '../objects/live-object';
import { contentOf, type ReleaseRevision, type ReleaseContent, releasesOf } from '../helm/release-secret';
import { saying, sentence } from './conditions';
import { textAt } from './fields';
import { configHashOf, installing, installJobOf } from './install-job';
import { failed, type ReadinessContext, type Readiness, type State, waiting } from './readiness';
import { type Rules, workloadsOf } from './release-workloads';

/** On a release's Secret: what the install Job was made from that made it. Only newer controllers write it. */
const CONFIG_HASH = 'helmcharts.helm.cattle.io/configHash';

const HELM_CHART_CONFIG = { apiVersion: 'helm.cattle.io/v1', kind: 'HelmChartConfig' };

/**
 * A HelmChart of k3s is ready when its newest release is of its spec and all is ready that this made. Nothing less will do: a HelmChart
 * observes no generation and has no such condition, and its install Job completes also when the installation failed or was left alone.
 */
export function helmChart(rules: Rules): Readiness {
  return async (chart, look) => {
    const failure = conditionOf(chart, 'Failed');
    if (failure?.status === 'True') return failed(saying(failure));
    const namespace = releaseOf(chart)?.namespace ?? '';
    const [release, before] = await releasesOf(look, namespace, chart.metadata.name);
    if (release === undefined) return waiting(await installing(chart, look));
    const content = contentOf(release);
    if (content === undefined) return waiting(`its release cannot be read from Secret ${namespace}/${release.secret.metadata.name}`);
    return (await installed(chart, { release, content, before }, look)) ?? workloadsOf(content, namespace, look, rules);
  };
}

interface Revisions {
  readonly release: ReleaseRevision;
  readonly content: ReleaseContent;
  /** The one before, if there is one. */
  readonly before: ReleaseRevision | undefined;
}

async function installed(chart: LiveObject, { release, content, before }: Revisions, look: ReadinessContext): Promise<State | undefined> {
  const { namespace, name } = chart.metadata;
  const config = await look.get({ ...HELM_CHART_CONFIG, ...(namespace !== undefined && { namespace }), name });
  if (release.status === 'failed') return lastTryFailed(chart, config, content);
  // While it is tried again, why it is tried again says more than that it is.
  const failure = release.status.startsWith('pending-') && before?.status === 'failed' ? contentOf(before) : undefined;
  if (failure !== undefined) return waiting(`the last try failed, and there will be another: ${whyOf(failure)}`);
  if (release.status !== 'deployed') return waiting(`its release is ${release.status}: ${await installing(chart, look)}`);
  const difference =
    differentVersion(chart, content) ??
    differentValues(chart, config, content) ??
    differentSource(release, await installJobOf(chart, look));
  return difference === undefined ? undefined : waiting(`${difference}: ${await installing(chart, look)}`);
}

/** With `abort` the controller leaves a failed release alone, whatever else changes. With `retry` and `reinstall` it goes on. */
function lastTryFailed(chart: LiveObject, config: LiveObject | undefined, content: ReleaseContent): State {
  const why = whyOf(content);
  const policy = textAt(config, 'spec', 'failurePolicy') ?? textAt(chart, 'spec', 'failurePolicy');
  if (policy === 'abort') return failed(`the last try failed, and its failurePolicy is to leave it so: ${why}`);
  return waiting(`the last try failed, and there will be another: ${why}`);
}

function whyOf({ description }: ReleaseContent): string {
  return sentence(description) ?? 'Helm does not say why';
}

const EXACT_VERSION = /^v?(\d+\.\d+\.\d+[^+]*)(\+.*)?$/;

/** As Helm compares them: a `v` in front and what follows a `+` do not matter. What is no exact version is for Helm to choose from. */
function differentVersion(chart: LiveObject, { chartVersion }: ReleaseContent): string | undefined {
  const wanted = releaseOf(chart)?.version;
  const [one, other] = [wanted, chartVersion].map((version) => EXACT_VERSION.exec(version ?? '')?.[1]);
  return one === undefined || one === other ? undefined : `version ${chartVersion} is installed, not ${wanted ?? ''}`;
}

/** Secrets and a HelmChartConfig add values that are not ours to know. And without any, Helm goes on with the ones that it had. */
function differentValues(chart: LiveObject, config: LiveObject | undefined, content: ReleaseContent): string | undefined {
  const { values = {}, valuesElsewhere } = releaseOf(chart) ?? {};
  const known = config === undefined && !valuesElsewhere && Object.keys(values).length > 0;
  return !known || isDeepStrictEqual(values, content.config) ? undefined : 'its values are not installed yet';
}

/** Where the controller says what it installed from, all else counts, too: another archive of the same version, another value in a Secret. */
function differentSource(release: ReleaseRevision, job: LiveObject | undefined): string | undefined {
  const wanted = job && configHashOf(job);
  const found = release.secret.metadata.labels?.[CONFIG_HASH];
  return wanted === undefined || found === undefined || wanted === found ? undefined : 'its last change is not installed yet';
}
