import type { Manifest } from './manifest';

/** A file of dist/: its objects are applied together, once the stage before is ready, and deleted in the reverse order. */
export interface Stage {
  /** The file's name without its ending: `30-postgres`. */
  readonly name: string;
  readonly objects: readonly StagedObject[];
}

/**
 * The order of stages: that of their file names, as kubectl reads a folder. It differs from the order of the stages' names: `70-minio-operator.k8s.yaml` comes
 * before `70-minio.k8s.yaml`.
 */
export function compareStages(one: string, other: string): number {
  const [first, second] = [`${one}.`, `${other}.`];
  return first < second ? -1 : first > second ? 1 : 0;
}

/** An object of a stage and the path of its construct. */
export interface StagedObject {
  readonly path: string;
  readonly manifest: Manifest;
  /** The chart that it was rendered from, `minio 5.4.0`: what its pods may do is its authors' decision. Left out for our own objects. */
  readonly chart?: string;
}
