import type { Finding } from '../../manifests/finding';
import type { Volume, Workload } from './values';

/** What is wrong with the access modes of CVAT's data: the server and every worker mount it, each in pods of its own. */
export function dataVolumeFinding({ accessModes = [] }: Volume): Finding | undefined {
  if (accessModes.length === 0 || accessModes.some((mode) => mode !== 'ReadWriteOncePod')) return undefined;
  return {
    message: 'must allow several pods, because the server and all workers mount the volume; got "ReadWriteOncePod".',
    remedy: 'Use "ReadWriteMany", or "ReadWriteOnce" where all pods run on one node.',
  };
}

/** A volume that one node can mount, and more pods than one node needs. */
export function dataVolumeWarning({ accessModes = [] }: Volume, workloads: readonly (readonly [string, Workload])[]): Finding | undefined {
  const isForOneNode = accessModes.includes('ReadWriteOnce') && !accessModes.includes('ReadWriteMany');
  const several = workloads.filter(([field, { replicas = 1 }]) => field !== 'frontend' && replicas > 1);
  if (!isForOneNode || several.length === 0) return undefined;
  const replicas = several.map(([field, { replicas }]) => `${field}.replicas ${replicas}`).join(', ');
  return {
    message: `must be "ReadWriteMany" for pods on several nodes; got "ReadWriteOnce" with ${replicas}.`,
    remedy: 'All pods that mount the volume must run on the node that has it: on another node they do not start.',
  };
}
