/** What is wrong with a value, and what to do about it: two sentences for the person who wrote the value. */
export interface Finding {
  readonly message: string;
  readonly remedy: string;
}

/** What an environment says about a finding of a check that it lives with. */
export interface Acknowledgement {
  /** The rule's name: `default-password`. */
  readonly rule: string;
  /** The object, as findings write it: `HelmChart kube-system/cvat`. */
  readonly object: string;
  /** Why that is all right here. It is printed with the finding. */
  readonly reason: string;
}
