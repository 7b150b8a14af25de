import { crdChanges } from '../../manifests/schema/crd-change';
import { namedFields, updatedCrds } from '../crd-updates';
import type { ReviewRule } from '../rule';

/** A field leaves the schema of a CRD: the API server prunes its value from every object that is written again. */
export const crdField: ReviewRule = {
  name: 'crd-field',
  class: 'data',
  check({ changes }) {
    return updatedCrds(changes).flatMap((change) => {
      const removed = crdChanges(change.before.manifest, change.after.manifest).filter(
        ({ type, field }) => type === 'removed' && field !== '',
      );
      return [...new Set(removed.map(({ version }) => version))].map((version) => {
        const fields = removed.filter((each) => each.version === version).map(({ field }) => field);
        const message = `${version} loses ${namedFields(fields)}: the API server drops the values from objects when they are written again.`;
        return { change, field: `spec.versions[name=${version}].schema`, message };
      });
    });
  },
};
