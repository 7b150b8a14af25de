/** A field that cannot be changed once the object exists. */
export interface ImmutableField {
  /** Its path, as the API server writes it: `spec.template`. Of a StatefulSet or a PersistentVolumeClaim it names only `spec`. */
  readonly field: string;
  /** The API server's words, without the value. */
  readonly message: string;
}
