import { crdChanges } from '../../manifests/schema/crd-change';
import { updatedCrds } from '../crd-updates';
import type { ReviewRule } from '../rule';

const MOST_NAMED = 5;

/** A field of a CRD accepts fewer values: the API server refuses every object with another one that is written again. */
export const crdNarrowed: ReviewRule = {
  name: 'crd-narrowed',
  class: 'refused',
  check({ changes }) {
    return updatedCrds(changes).flatMap((change) => {
      const narrowed = crdChanges(change.before.manifest, change.after.manifest).filter(({ type }) => type === 'narrowed');
      return [...new Set(narrowed.map(({ version }) => version))].map((version) => {
        const all = narrowed.filter((each) => each.version === version).map(({ field, detail = '' }) => `${field} (${detail})`);
        const more = all.length > MOST_NAMED ? ` and ${all.length - MOST_NAMED} more` : '';
        const message = `${version} accepts fewer values of ${all.slice(0, MOST_NAMED).join(', ')}${more}: the API server refuses objects with others.`;
        return { change, field: `spec.versions[name=${version}].schema`, message };
      });
    });
  },
};
