import { isMap } from '../../manifests/fields';
import type { Rule } from '../rule';

/** Names that everybody may know: whoever reads them still cannot log in. */
const PUBLIC_KEYS = ['username', 'database'];

/** No secret is in dist, which is in git, where it would be for ever: base64 hides nothing. */
export const secretData: Rule = {
  name: 'secret-data',
  check({ objects }) {
    return objects
      .filter(({ manifest }) => manifest.kind === 'Secret' && manifest.apiVersion === 'v1')
      .flatMap((object) =>
        ['data', 'stringData'].flatMap((field) => {
          const entries = object.manifest[field];
          const secret = isMap(entries) ? Object.keys(entries).filter((key) => !PUBLIC_KEYS.includes(key)) : [];
          return secret.map((key) => ({
            object,
            field: `${field}.${key}`,
            message: `whoever can read this repository can read "${key}".`,
            remedy: 'Let an operator make it, or ask the installer for it (needs); if it has been committed, replace it.',
          }));
        }),
      );
  },
};
