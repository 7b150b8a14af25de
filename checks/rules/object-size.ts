import type { Finding } from '../../manifests/finding';
import type { Rule, RuleFinding } from '../rule';

/** The limit for all annotations of an object together. `kubectl apply` stores the whole object in one of them. */
const LARGEST_ANNOTATIONS = 262_144;

/** etcd's default limit for one request: 1.5 MiB. */
const LARGEST_REQUEST = 1_572_864;

/** Every object fits into the annotation of `kubectl apply`, or at least into etcd. */
export const objectSize: Rule = {
  name: 'object-size',
  check({ objects }) {
    return objects.flatMap((object): RuleFinding[] => {
      const finding = findingAbout(Buffer.byteLength(JSON.stringify(object.manifest)));
      return finding ? [{ object, field: '', ...finding }] : [];
    });
  },
};

function findingAbout(bytes: number): Finding | undefined {
  if (bytes > LARGEST_REQUEST) {
    return {
      message: `must have at most ${LARGEST_REQUEST} bytes as JSON, the limit of etcd; got ${bytes}.`,
      remedy: 'Split it or remove content.',
    };
  }
  if (bytes > LARGEST_ANNOTATIONS) {
    return {
      message: `must have at most ${LARGEST_ANNOTATIONS} bytes as JSON, because kubectl apply stores the object in an annotation; got ${bytes}.`,
      remedy: 'Apply it with --server-side, which stores no copy, and acknowledge this finding.',
    };
  }
  return undefined;
}
