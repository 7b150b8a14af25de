import type { Manifest, Kind, ObjectKey } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';

/** The field manager of server-side apply. It must never change: fields owned by the old name would stay forever. */
export const FIELD_MANAGER = 'third-party-platform';

/** The number of concurrent requests, and of connections. More only lengthen the API server's queue. */
export const CONCURRENCY = 12;

/** A kind as the API server's discovery describes it. */
export interface Resource {
  /** The plural, as in paths: `postgresclusters`. */
  readonly name: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

export interface ListOptions {
  /** Default: all namespaces. */
  readonly namespace?: string;
  /** A label selector: `owner=helm,name=cvat`. */
  readonly labels?: string;
  /** A field selector, where the kind supports it: `type=Warning`. */
  readonly fields?: string;
}

export interface NamesOptions {
  /** Undefined for a kind without namespaces. */
  readonly namespace?: string;
  readonly most: number;
}

export interface ApplyOptions {
  /** Validates, defaults and admits the object, but does not store it. */
  readonly dryRun?: boolean;
  /** Takes over fields that another field manager has set to another value. */
  readonly force?: boolean;
}

export interface Applied {
  readonly object: LiveObject;
  /** The object did not exist before. */
  readonly created: boolean;
  /** What the API server warns of: a deprecated version, a field without effect. */
  readonly warnings?: readonly string[];
}

export interface PatchOptions {
  /** Admitted as usual, but not stored. */
  readonly dryRun?: boolean;
}

export interface DeleteOptions {
  /** Precondition: deletes only the object with this uid, not a new one of the same name. */
  readonly uid?: string;
  /** Precondition: a conflict if the object has changed since it was read. */
  readonly resourceVersion?: string;
  /** The object exists until what it owns is deleted. @default false: the garbage collector deletes that afterwards */
  readonly foreground?: boolean;
  /** Checked and admitted as usual, but not deleted. */
  readonly dryRun?: boolean;
}

/** A right that `isAllowed` checks. `*` is every verb; without a kind, every kind. */
export interface Access {
  readonly verb: string;
  readonly kind?: Kind;
  readonly namespace?: string;
}

/** The port to a Kubernetes cluster. ApiCluster is the real one; tests have a model. */
export interface Cluster {
  /** The namespace of the kubeconfig context, for objects without one. */
  readonly namespace: string;
  /** Undefined while the API server does not serve the kind. */
  resource(kind: Kind): Promise<Resource | undefined>;
  /** All kinds that are served, each in one version. */
  kinds(): Promise<readonly (Kind & Resource)[]>;
  /** Discards the cached discovery, after CRDs were created or deleted. */
  rediscover(): void;
  get(key: ObjectKey): Promise<LiveObject | undefined>;
  /** All pages of a list. Empty for a kind that is not served. */
  list(kind: Kind, options?: ListOptions): Promise<LiveObject[]>;
  /** The names of the objects of a kind, by one request and without their content. Undefined if there are more than `most`. */
  existingNames(kind: Kind, options: NamesOptions): Promise<ReadonlySet<string> | undefined>;
  /** Server-side apply. Fails with a conflict (409) if another field manager has set a field to another value. */
  apply(manifest: Manifest, options?: ApplyOptions): Promise<Applied>;
  /** A JSON merge patch, or a JSON patch where it is a list. */
  patch(key: ObjectKey, patch: object, options?: PatchOptions): Promise<LiveObject>;
  /** Requests the deletion and does not wait: finalizers can delay it. An object that is not found is no error. */
  delete(key: ObjectKey, options?: DeleteOptions): Promise<void>;
  isAllowed(access: Access): Promise<boolean>;
}
