import { listOf, valueAt } from '../../manifests/fields';
import { releaseOf } from '../../manifests/helm-release';
import { conditionOf, type LiveObject } from '../objects/live-object';
import { saying } from './conditions';
import { textAt } from './fields';
import { podTrouble } from './pod-trouble';
import type { ReadinessContext } from './readiness';

/** The Job by which the Helm controller installs and upgrades a HelmChart. It runs beside the HelmChart, not where the release goes. */
export async function installJobOf(chart: LiveObject, look: ReadinessContext): Promise<LiveObject | undefined> {
  const key = releaseOf(chart)?.installJob;
  return key && look.get(key);
}

/** What the Job does or why it does not, in a part of a sentence. That it is complete proves nothing: it ends well after failures, too. */
export async function installing(chart: LiveObject, look: ReadinessContext): Promise<string> {
  const job = await installJobOf(chart, look);
  if (job === undefined || job.metadata.deletionTimestamp !== undefined) return 'the Helm controller has not taken it up yet';
  const failure = conditionOf(job, 'Failed');
  if (failure?.status === 'True') return `its install Job has failed: ${saying(failure)}`;
  if (conditionOf(job, 'Complete')?.status === 'True') return 'its last install Job has ended';
  if (valueAt(job, 'spec', 'suspend') === true) return 'its install Job has not started yet';
  const trouble = (await podsOf(job, chart, look)).map(podTrouble).find((text) => text !== undefined);
  return trouble === undefined ? 'its install Job is running' : `its install Job ${trouble}`;
}

async function podsOf(job: LiveObject, { metadata: { namespace, name } }: LiveObject, look: ReadinessContext): Promise<LiveObject[]> {
  const labels = `helmcharts.helm.cattle.io/chart=${name}`;
  const pods = await look.list({ apiVersion: 'v1', kind: 'Pod' }, { ...(namespace !== undefined && { namespace }), labels });
  // The uninstall Job's have the same label.
  return pods.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === job.metadata.uid));
}

/** What the Job was made from, in short. Only newer controllers say it. */
export function configHashOf(job: LiveObject): string | undefined {
  const containers = listOf(valueAt(job, 'spec', 'template', 'spec', 'containers'));
  const variables = containers.flatMap((container) => listOf(valueAt(container, 'env')));
  return textAt(
    variables.find((variable) => textAt(variable, 'name') === 'CONFIG_HASH'),
    'value',
  );
}
