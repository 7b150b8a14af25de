import type { Finding } from '../../manifests/finding';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SERVICE_LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/** The name of a namespace, a release or a user: an RFC 1123 label. */
export function label(value: string, longest = 63): Finding | undefined {
  return match(value, LABEL, longest, 'lower-case letters, digits and "-", with a letter or digit at both ends');
}

/** A name that becomes the name of a Service: an RFC 1035 label, which starts with a letter. */
export function serviceLabel(value: string, longest = 63): Finding | undefined {
  return match(
    value,
    SERVICE_LABEL,
    longest,
    'lower-case letters, digits and "-", with a letter at the start and a letter or digit at the end',
  );
}

/** The name of most objects: an RFC 1123 subdomain. */
export function objectName(value: string, longest = 253): Finding | undefined {
  return match(value, SUBDOMAIN, longest, 'lower-case letters, digits, "-" and ".", with a letter or digit at both ends');
}

/** A host as in an Ingress or an HTTPRoute: no scheme, no port, no path. */
export function hostName(value: string): Finding | undefined {
  if (isHost(value)) return undefined;
  const [, host] = /^\s*(?:https?:\/\/)?([^/:\s]+)(?::[0-9]+)?(?:\/.*)?\s*$/i.exec(value) ?? [];
  const better = host?.toLowerCase() ?? value.replace(/[\s_]+/g, '-').toLowerCase();
  const hint = isHost(better) ? ` Did you mean "${better}"?` : '';
  return {
    message: `must be a host name, without scheme, port, path or spaces; got "${value}".`,
    remedy: `Write it as "cvat.example.com".${hint}`,
  };
}

/** Not an IP address: the API server refuses one in an Ingress. */
function isHost(value: string): boolean {
  return value.length <= 253 && SUBDOMAIN.test(value) && value.split('.').every((part) => part.length <= 63) && !/^[0-9.]+$/.test(value);
}

function match(value: string, pattern: RegExp, longest: number, rule: string): Finding | undefined {
  if (value.length > longest) {
    return { message: `must have at most ${longest} characters; got ${value.length}: "${value}".`, remedy: 'Shorten it.' };
  }
  if (pattern.test(value)) return undefined;
  const better = value
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const remedy = pattern.test(better) ? `Did you mean "${better}"?` : 'Use another name.';
  return { message: `must be ${rule}; got "${value}".`, remedy };
}
