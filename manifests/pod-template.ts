import type { Manifest } from './manifest';
import { isMap, listOf, type YamlMap, valueAt } from './fields';

/** What pods are made from, and where it stands. */
export interface PodTemplate {
  readonly field: string;
  readonly spec: YamlMap;
}

/** A container of a pod, and where it stands. */
export interface PodContainer {
  readonly field: string;
  readonly container: YamlMap;
}

const TEMPLATE = ['spec', 'template', 'spec'];

/** Where the kinds that make pods keep the spec of a pod. Operators make pods too, but theirs is the say in how. */
const WHERE: Readonly<Record<string, readonly string[]>> = {
  CronJob: ['spec', 'jobTemplate', ...TEMPLATE],
  DaemonSet: TEMPLATE,
  Deployment: TEMPLATE,
  Job: TEMPLATE,
  Pod: ['spec'],
  ReplicaSet: TEMPLATE,
  ReplicationController: TEMPLATE,
  StatefulSet: TEMPLATE,
};

/** The pod template of an object that makes pods itself. */
export function podTemplateOf(manifest: Manifest): PodTemplate | undefined {
  const keys = Object.hasOwn(WHERE, manifest.kind) ? WHERE[manifest.kind] : undefined;
  const spec = keys && valueAt(manifest, ...keys);
  return isMap(spec) && keys ? { field: keys.join('.'), spec } : undefined;
}

/** All containers of a pod, those that run before the others included. */
export function containersOf({ field, spec }: PodTemplate): PodContainer[] {
  return ['initContainers', 'containers'].flatMap((key) =>
    listOf(spec[key]).flatMap((container, index) => (isMap(container) ? [{ field: `${field}.${key}[${index}]`, container }] : [])),
  );
}
