import type { Finding } from '../../manifests/finding';
import type { Rule, RuleFinding } from '../rule';

/** What all annotations of an object may have together: `kubectl apply` stores the whole object in one. */
const LARGEST_ANNOTATIONS = 262_144;

/** What etcd takes in one request, unless it has been told otherwise: 1.5 MiB. */
const LARGEST_REQUEST = 1_572_864;

/** An object fits where it is stored. */
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
      message: `it has ${bytes} bytes as JSON, and etcd takes at most ${LARGEST_REQUEST}.`,
      remedy: 'Make it smaller or split it: no way of applying it will do.',
    };
  }
  if (bytes > LARGEST_ANNOTATIONS) {
    return {
      message: `it has ${bytes} bytes as JSON, and \`kubectl apply\` stores at most ${LARGEST_ANNOTATIONS} in its annotation.`,
      remedy: 'Apply it with --server-side, which stores no copy, and acknowledge this.',
    };
  }
  return undefined;
}
