import type { Manifest, Kind, ObjectKey } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';

/** Under this name the API server notes which fields dist has set. It must never change: fields of the old name would stay for ever. */
export const FIELD_MANAGER = 'third-party-platform';

/** What the API server says of a kind. */
export interface Resource {
  /** The name in paths, which is the plural: `postgresclusters`. */
  readonly name: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

export interface ListOptions {
  /** Left out: everywhere. */
  readonly namespace?: string;
  /** `owner=helm,name=cvat` */
  readonly labels?: string;
  /** `type=Warning`, where the kind allows it. */
  readonly fields?: string;
}

export interface ApplyOptions {
  /** Everything as usual, but nothing is stored. */
  readonly dryRun?: boolean;
  /** Takes fields over from whoever has set them to something else. */
  readonly force?: boolean;
}

export interface Applied {
  readonly object: LiveObject;
  /** It was not there before. */
  readonly created: boolean;
}

export interface DeleteOptions {
  /** Deletes only this very object, not another that has taken its name. */
  readonly uid?: string;
  /** Deletes it only as it was read. Otherwise it is a conflict. */
  readonly resourceVersion?: string;
}

/** What may be done with which kind, for `isAllowed`. `*` is all. */
export interface Access {
  readonly verb: string;
  readonly kind?: Kind;
  readonly namespace?: string;
}

/** What the commands need of a Kubernetes cluster, and no more. The model in the tests is another one. */
export interface Cluster {
  /** Where objects go that name no namespace: where kubectl's context points. */
  readonly namespace: string;
  /** Nothing while the kind is not served. */
  resource(kind: Kind): Promise<Resource | undefined>;
  /** Forgets which kinds are served: definitions have come or gone. */
  rediscover(): void;
  get(key: ObjectKey): Promise<LiveObject | undefined>;
  /** All of them, in whatever pages; none of a kind that is not served. */
  list(kind: Kind, options?: ListOptions): Promise<LiveObject[]>;
  /** Server-side apply. Fails with a conflict where somebody else has set a field to something else. */
  apply(manifest: Manifest, options?: ApplyOptions): Promise<Applied>;
  /** A JSON merge patch, or a JSON patch where it is a list. */
  patch(key: ObjectKey, patch: object): Promise<LiveObject>;
  /** Asks for it, and does not wait: finalizers may hold it. One that is not there is fine. */
  delete(key: ObjectKey, options?: DeleteOptions): Promise<void>;
  isAllowed(access: Access): Promise<boolean>;
}
