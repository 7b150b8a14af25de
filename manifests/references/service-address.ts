import type { Reference } from '../reference';

const LABEL = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';

const ADDRESS = new RegExp(
  `^(?:[a-z][a-z0-9+.-]*://)?(?:[^@/]*@)?(?<name>${LABEL})\\.(?<namespace>${LABEL})\\.svc(?:\\.cluster\\.local)?\\.?(?::[0-9]+)?(?:[/?#].*)?$`,
);

/** The Service that a host name or URL addresses, if it is one of the cluster's own: `http://cvat-backend-service.cvat.svc:8080/api`. */
export function addressOf(value: unknown): Reference | undefined {
  if (typeof value !== 'string' || !value.includes('.svc')) return undefined;
  const { name, namespace } = ADDRESS.exec(value)?.groups ?? {};
  return name === undefined || namespace === undefined ? undefined : { kind: 'Service', namespace, name };
}
