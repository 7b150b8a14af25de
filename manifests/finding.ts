/** What is wrong with a value and what to do, for the author of the value. Both are complete sentences: `must be X; got Y.` and `Do Z.` */
export interface Finding {
  readonly message: string;
  readonly remedy: string;
}

/** A finding of a check that an environment accepts. */
export interface Acknowledgement {
  /** The rule's name: `default-password`. */
  readonly rule: string;
  /** The object, as findings write it: `HelmChart kube-system/cvat`. */
  readonly object: string;
  /** Why it is acceptable here. It is printed with the finding. */
  readonly reason: string;
}
