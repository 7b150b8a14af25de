import { isMap } from '../../manifests/fields';
import { PUBLIC_SECRET_KEYS } from '../../manifests/secret-keys';
import type { Rule } from '../rule';

/** No secret is in dist/, which is committed to git. base64 is not encryption. */
export const secretData: Rule = {
  name: 'secret-data',
  check({ objects }) {
    return objects
      .filter(({ manifest }) => manifest.kind === 'Secret' && manifest.apiVersion === 'v1')
      .flatMap((object) =>
        ['data', 'stringData'].flatMap((field) => {
          const entries = object.manifest[field];
          const secret = isMap(entries) ? Object.keys(entries).filter((key) => !PUBLIC_SECRET_KEYS.includes(key)) : [];
          return secret.map((key) => ({
            object,
            field: `${field}.${key}`,
            message: `must not be in dist/, which is committed: everyone who can read the repository can read it.`,
            remedy:
              'Have an operator generate it, or declare it as a need of the installer (needs). If it was committed, replace the secret.',
          }));
        }),
      );
  },
};
