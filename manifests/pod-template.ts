import type { Manifest } from './manifest';
import { isMap, listOf, type YamlMap, valueAt } from './fields';

/** The spec of a pod, and its field. */
export interface PodTemplate {
  readonly field: string;
  readonly spec: YamlMap;
}

/** A container of a pod, and its field. */
export interface PodContainer {
  readonly field: string;
  readonly container: YamlMap;
}

const TEMPLATE = ['spec', 'template', 'spec'];

/** The field of the pod spec, by kind. Pods that operators create from custom resources are not checked: the operator decides their spec. */
const POD_SPEC_PATHS: Readonly<Record<string, readonly string[]>> = {
  CronJob: ['spec', 'jobTemplate', ...TEMPLATE],
  DaemonSet: TEMPLATE,
  Deployment: TEMPLATE,
  Job: TEMPLATE,
  Pod: ['spec'],
  ReplicaSet: TEMPLATE,
  ReplicationController: TEMPLATE,
  StatefulSet: TEMPLATE,
};

/** The pod spec of an object of a built-in workload kind. */
export function podTemplateOf(manifest: Manifest): PodTemplate | undefined {
  const keys = Object.hasOwn(POD_SPEC_PATHS, manifest.kind) ? POD_SPEC_PATHS[manifest.kind] : undefined;
  const spec = keys && valueAt(manifest, ...keys);
  return isMap(spec) && keys ? { field: keys.join('.'), spec } : undefined;
}

/** All containers of a pod, including init containers. */
export function containersOf({ field, spec }: PodTemplate): PodContainer[] {
  return ['initContainers', 'containers'].flatMap((key) =>
    listOf(spec[key]).flatMap((container, index) => (isMap(container) ? [{ field: `${field}.${key}[${index}]`, container }] : [])),
  );
}
