import { type CrdChange, crdChanges } from '../../manifests/schema/crd-change';
import { namedFields, updatedCrds } from '../crd-updates';
import type { ReviewRule } from '../rule';

/** A field of a CRD accepts fewer values, or may: the API server refuses every object with another one that is written again. */
export const crdNarrowed: ReviewRule = {
  name: 'crd-narrowed',
  class: 'refused',
  check({ changes }) {
    return updatedCrds(changes).flatMap((change) => {
      const narrowed = crdChanges(change.before.manifest, change.after.manifest).filter(({ type }) => type === 'narrowed');
      return [...new Set(narrowed.map(({ version }) => version))].flatMap((version) => {
        const ofVersion = narrowed.filter((each) => each.version === version);
        return messagesOf(version, ofVersion).map((message) => ({ change, field: `spec.versions[name=${version}].schema`, message }));
      });
    });
  },
};

function messagesOf(version: string, narrowed: readonly CrdChange[]): string[] {
  const [fewer, others] = [narrowed.filter(({ isUnknown }) => !isUnknown), narrowed.filter(({ isUnknown }) => isUnknown)];
  return [
    ...(fewer.length === 0 ? [] : [`${version} accepts fewer values of ${fieldsOf(fewer)}: the API server refuses objects with others.`]),
    ...(others.length === 0
      ? []
      : [`${version} has other rules for ${fieldsOf(others)}: the API server may refuse objects that it accepted.`]),
  ];
}

function fieldsOf(changes: readonly CrdChange[]): string {
  return namedFields(changes.map(({ field, detail = '' }) => `${field === '' ? 'the object' : field} (${detail})`));
}
