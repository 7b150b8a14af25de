import type { Reference } from '../../manifests/reference';

/** The release's name, which is in the names of everything that the chart makes. */
export const CVAT_RELEASE = 'cvat';

/** What CVAT's objects are called, for those who deal with it: the operator is there before CVAT is. */
export interface CvatNames {
  readonly namespace: string;
  /** The Service of the web server, and the address that it has within its namespace, where alone the operator looks for it. */
  readonly backend: Reference;
  readonly url: string;
  /** The Service of the pages. */
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

/** The superusers. The robot is the operator's own; nobody else logs in with it, because whoever logs it out takes its token away. */
export const SUPERUSERS = {
  administrator: { username: 'administrator', emailAddress: 'administrator@localhost' },
  robot: { username: 'app-user-operator', emailAddress: 'app-user-operator@localhost' },
} as const;
