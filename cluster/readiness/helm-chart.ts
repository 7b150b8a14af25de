import { isDeepStrictEqual } from 'node:util';
import { releaseOf } from '../../manifests/helm-release';
import { exactVersionOf } from '../../manifests/exact-version';
import { conditionOf, type LiveObject } from '../objects/live-object';
import { contentOf, type ReleaseRevision, type ReleaseContent, releasesOf } from '../helm/release-secret';
import { describeCondition, firstSentence } from './conditions';
import { textAt } from './fields';
import { configHashOf, describeInstallJob, installJobOf } from './install-job';
import { failed, type ReadinessContext, READY, type Readiness, type State, waiting } from './readiness';
import { crdsNotOfChart } from './release-crds';
import { type Rules, workloadsOf } from './release-workloads';

/** Label on a release's Secret: the hash of what its install Job was created from. Only newer controllers set it. */
const CONFIG_HASH = 'helmcharts.helm.cattle.io/configHash';

const HELM_CHART_CONFIG = { apiVersion: 'helm.cattle.io/v1', kind: 'HelmChartConfig' };

/**
 * A HelmChart of k3s is ready when its newest release is of its spec and every object of the release is ready. A HelmChart has no
 * observedGeneration and no Ready condition, and its install Job completes also when the installation failed or was skipped.
 */
export function helmChart(rules: Rules): Readiness {
  return async (chart, context) => {
    const failure = conditionOf(chart, 'Failed');
    if (failure?.status === 'True') return failed(`${describeCondition(failure)}. ${remedyOf(chart)}`);
    const namespace = releaseOf(chart)?.namespace ?? '';
    const releases = await releasesOf(context, namespace, chart.metadata.name);
    const [release, before] = releases;
    if (release === undefined) return waiting(await describeInstallJob(chart, context));
    const content = contentOf(release);
    if (content === undefined) return waiting(`its release cannot be read from Secret ${namespace}/${release.secret.metadata.name}`);
    const state =
      (await installed(chart, { release, content, before }, context, rules)) ?? (await workloadsOf(content, namespace, context, rules));
    if (state.state !== 'ready') return state;
    return (await crdsNotOfChart(chart, content, releases.at(-1) ?? release, context)) ?? READY;
  };
}

interface Revisions {
  readonly release: ReleaseRevision;
  readonly content: ReleaseContent;
  /** The revision before the newest. */
  readonly before: ReleaseRevision | undefined;
}

async function installed(
  chart: LiveObject,
  { release, content, before }: Revisions,
  context: ReadinessContext,
  rules: Rules,
): Promise<State | undefined> {
  const { namespace, name } = chart.metadata;
  const config = await context.get({ ...HELM_CHART_CONFIG, ...(namespace !== undefined && { namespace }), name });
  if (release.status === 'failed') return lastAttemptFailed(chart, config, content, await unreadyOf(chart, content, context, rules));
  // While Helm retries, why the last attempt failed is more useful than that Helm retries.
  const failure = release.status.startsWith('pending-') && before?.status === 'failed' ? contentOf(before) : undefined;
  if (failure !== undefined) return waiting(`the last attempt failed and will be retried: ${whyOf(failure)}`);
  if (release.status !== 'deployed') return waiting(`its release is ${release.status}: ${await describeInstallJob(chart, context)}`);
  const difference =
    differentVersion(chart, content) ??
    differentValues(chart, config, content) ??
    differentSource(release, await installJobOf(chart, context));
  return difference === undefined ? undefined : waiting(`${difference}: ${await describeInstallJob(chart, context)}`);
}

/** With `abort` the controller does not touch a failed release again, even if the chart changes. With `retry` and `reinstall` it continues. */
function lastAttemptFailed(chart: LiveObject, config: LiveObject | undefined, content: ReleaseContent, unready: string): State {
  const why = `${whyOf(content)}${unready}`;
  const policy = textAt(config, 'spec', 'failurePolicy') ?? textAt(chart, 'spec', 'failurePolicy');
  if (policy === 'abort')
    return failed(
      `the last attempt failed, and failurePolicy abort prevents a retry: ${why}. Fix the cause, then delete the failed release: helm -n ${releaseOf(chart)?.namespace ?? ''} uninstall ${chart.metadata.name}`,
    );
  return waiting(`the last attempt failed and will be retried: ${why}`);
}

/** Which object of a release is not ready: "timed out waiting for the condition" does not say it. Those that were not created are not named. */
async function unreadyOf(chart: LiveObject, content: ReleaseContent, context: ReadinessContext, rules: Rules): Promise<string> {
  const state = await workloadsOf(content, releaseOf(chart)?.namespace ?? '', context, rules);
  return state.state === 'ready' || state.reason.includes('is not found') ? '' : `: ${state.reason}`;
}

/** It starts a new Job when the HelmChart changes. */
function remedyOf({ metadata: { namespace = 'default', name } }: LiveObject): string {
  return `Read the log of its Job: kubectl -n ${namespace} logs job/helm-install-${name}. Then correct the chart or its values, and deploy again`;
}

function whyOf({ description }: ReleaseContent): string {
  return firstSentence(description) ?? 'Helm gives no reason';
}

/** From a range Helm chooses a version, so that any may be right. */
function differentVersion(chart: LiveObject, { chartVersion }: ReleaseContent): string | undefined {
  const wanted = releaseOf(chart)?.version;
  const [one, other] = [wanted, chartVersion].map((version) => exactVersionOf(version ?? ''));
  return one === undefined || one === other ? undefined : `version ${chartVersion} is installed, not ${wanted ?? ''}`;
}

/** Secrets and a HelmChartConfig add values that cannot be compared here. Without any values, Helm reuses those of the last release. */
function differentValues(chart: LiveObject, config: LiveObject | undefined, content: ReleaseContent): string | undefined {
  const { values = {}, valuesElsewhere } = releaseOf(chart) ?? {};
  const known = config === undefined && !valuesElsewhere && Object.keys(values).length > 0;
  return !known || isDeepStrictEqual(values, content.config) ? undefined : 'its values are not installed yet';
}

/** Where the controller writes the hash of its input, it covers the rest: another archive of the same version, another value in a Secret. */
function differentSource(release: ReleaseRevision, job: LiveObject | undefined): string | undefined {
  const wanted = job && configHashOf(job);
  const found = release.secret.metadata.labels?.[CONFIG_HASH];
  return wanted === undefined || found === undefined || wanted === found ? undefined : 'its last change is not installed yet';
}
