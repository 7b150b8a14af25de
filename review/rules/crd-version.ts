import { listOf, valueAt } from '../../manifests/fields';
import type { Manifest } from '../../manifests/manifest';
import { isUpdated } from '../object-change';
import type { ReviewRule } from '../rule';

/** A CRD loses a version, or no longer serves it: clients of that version fail, and objects stored in it cannot be read. */
export const crdVersion: ReviewRule = {
  name: 'crd-version',
  class: 'data',
  check({ changes }) {
    return changes
      .filter(isUpdated)
      .filter(({ before }) => before.manifest.kind === 'CustomResourceDefinition')
      .flatMap((change) => {
        const [old, next] = [versionsOf(change.before.manifest), versionsOf(change.after.manifest)];
        return [...old].flatMap(([version, isServed]) => {
          if (!next.has(version)) {
            const message = `Version ${version} is removed: objects that are stored in it can no longer be read. Migrate them first, and check status.storedVersions.`;
            return [{ change, field: `spec.versions[name=${version}]`, message }];
          }
          if (!isServed || next.get(version) === true) return [];
          const message = `Version ${version} is no longer served: clients that use it fail. Change them first.`;
          return [{ change, field: `spec.versions[name=${version}].served`, message }];
        });
      });
  },
};

function versionsOf(crd: Manifest): Map<string, boolean> {
  const versions = listOf(valueAt(crd, 'spec', 'versions'));
  return new Map(versions.map((version) => [String(valueAt(version, 'name')), valueAt(version, 'served') === true]));
}
