/** What is wrong with a value and what to do, for the author of the value. Both are complete sentences: `must be X; got Y.` and `Do Z.` */
export interface Finding {
  readonly message: string;
  readonly remedy: string;
}

/** A finding, and the field that it is about. */
export interface FieldFinding extends Finding {
  readonly field: string;
}

/** Whether two findings about one object are about the same value: what it is follows "got" in their messages. */
export function isAboutSameValue(one: string, other: string): boolean {
  const [ofOne, ofOther] = [one, other].map((message) => /; got (.+?)\.?$/.exec(message)?.[1]);
  return ofOne !== undefined && ofOne !== 'none' && ofOne === ofOther;
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
