import { crdChanges } from '../../manifests/schema/crd-change';
import { updatedCrds } from '../crd-updates';
import type { ReviewRule } from '../rule';

/** A CRD loses a version, or no longer serves it: clients of that version fail, and objects stored in it cannot be read. */
export const crdVersion: ReviewRule = {
  name: 'crd-version',
  class: 'data',
  check({ changes }) {
    return updatedCrds(changes).flatMap((change) =>
      crdChanges(change.before.manifest, change.after.manifest)
        .filter(({ field }) => field === '')
        .flatMap(({ type, version }) => {
          const field = `spec.versions[name=${version}]`;
          if (type === 'removed') {
            const message = `Version ${version} is removed: objects that are stored in it can no longer be read. Migrate them first, and check status.storedVersions.`;
            return [{ change, field, message }];
          }
          if (type !== 'unserved') return [];
          const message = `Version ${version} is no longer served: clients that use it fail. Change them first.`;
          return [{ change, field: `${field}.served`, message }];
        }),
    );
  },
};
