import { listOf, valueAt } from '../../manifests/fields';
import { releaseOf } from '../../manifests/helm-release';
import { conditionOf, isOwnedBy, type LiveObject } from '../objects/live-object';
import { describeCondition } from './conditions';
import { textAt } from './fields';
import { podProblem } from './pod-problem';
import type { ReadinessContext } from './readiness';

/** The Job by which the Helm controller installs and upgrades a HelmChart. It is in the HelmChart's namespace, not in the release's. */
export async function installJobOf(chart: LiveObject, context: ReadinessContext): Promise<LiveObject | undefined> {
  const key = releaseOf(chart)?.installJob;
  return key && context.get(key);
}

/** The state of the install Job, as a part of a sentence. Complete does not mean installed: it completes after failures, too. */
export async function describeInstallJob(chart: LiveObject, context: ReadinessContext): Promise<string> {
  const job = await installJobOf(chart, context);
  if (job === undefined || job.metadata.deletionTimestamp !== undefined) return 'the Helm controller has not created an install Job yet';
  const failure = conditionOf(job, 'Failed');
  if (failure?.status === 'True') return `its install Job has failed: ${describeCondition(failure)}. ${readLog(job)}`;
  if (conditionOf(job, 'Complete')?.status === 'True') return 'its last install Job is complete';
  if (valueAt(job, 'spec', 'suspend') === true) return 'its install Job has not started yet';
  const trouble = (await podsOf(job, chart, context)).map(podProblem).find((text) => text !== undefined);
  if (trouble === undefined) return 'its install Job is running';
  return `its install Job ${trouble}${trouble.startsWith('failed') ? `. ${readLog(job)}` : ''}`;
}

/** The last line of a pod does not always say which value or object is wrong. */
function readLog({ metadata: { namespace = 'default', name } }: LiveObject): string {
  return `Read its log: kubectl -n ${namespace} logs job/${name}`;
}

async function podsOf(job: LiveObject, { metadata: { namespace, name } }: LiveObject, context: ReadinessContext): Promise<LiveObject[]> {
  const labels = `helmcharts.helm.cattle.io/chart=${name}`;
  const pods = await context.list({ apiVersion: 'v1', kind: 'Pod' }, { ...(namespace !== undefined && { namespace }), labels });
  // Pods of the uninstall Job have the same label.
  return pods.filter((pod) => isOwnedBy(pod, job));
}

/** The hash of what the Job was created from. Only newer controllers set it. */
export function configHashOf(job: LiveObject): string | undefined {
  const containers = listOf(valueAt(job, 'spec', 'template', 'spec', 'containers'));
  const variables = containers.flatMap((container) => listOf(valueAt(container, 'env')));
  return textAt(
    variables.find((variable) => textAt(variable, 'name') === 'CONFIG_HASH'),
    'value',
  );
}
