/** How much storage, and of which class. */
export interface Storage {
  /** A quantity: `5Gi`. It can be made larger later where the StorageClass allows it (local-path does not), and never smaller. */
  readonly size: string;
  /** @default the cluster's default StorageClass */
  readonly storageClassName?: string;
}

/** A volume claim for one pod, as PGO's spec wants it: with an access mode and a size, or its CRD refuses it. */
export function volumeClaim({ size, storageClassName }: Storage): {
  readonly accessModes: readonly string[];
  readonly resources: { readonly requests: { readonly storage: string } };
  readonly storageClassName?: string;
} {
  return {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: size } },
    ...(storageClassName !== undefined && { storageClassName }),
  };
}
