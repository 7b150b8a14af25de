import type { Reference } from '../../manifests/reference';

/** The release's name. The names of all objects of the chart start with it. */
export const CVAT_RELEASE = 'cvat';

/** The names of CVAT's objects. The operator is deployed before CVAT and needs them, too. */
export interface CvatNames {
  readonly namespace: string;
  /** The Service of the web server, and its address within its namespace, where the operator runs. */
  readonly backend: Reference;
  readonly url: string;
  /** The Service of the frontend. */
  readonly frontend: Reference;
  /** The Secrets with the passwords of its caches, and of its two superusers, each under the key `password`. */
  readonly secrets: { readonly redis: string; readonly kvrocks: string; readonly administrator: string; readonly robot: string };
}

/** By the naming of the chart's templates at 2.73.0: every name starts with the release's. */
export function cvatNames(namespace: string): CvatNames {
  const service = (name: string): Reference => ({ kind: 'Service', namespace, name: `${CVAT_RELEASE}-${name}` });
  const backend = service('backend-service');
  const secret = (name: string): string => `${CVAT_RELEASE}-${name}`;
  return {
    namespace,
    backend,
    url: `http://${backend.name}:8080`,
    frontend: service('frontend-service'),
    secrets: { redis: secret('redis'), kvrocks: secret('kvrocks'), administrator: secret('administrator'), robot: secret('robot') },
  };
}

/** The superusers. Only the operator uses the robot: a logout of another client would revoke its token. */
export const SUPERUSERS = {
  administrator: { username: 'administrator', emailAddress: 'administrator@localhost' },
  robot: { username: 'app-user-operator', emailAddress: 'app-user-operator@localhost' },
} as const;
