import { immutableFields } from '../../manifests/immutable/immutable-fields';
import { remedyOf } from '../../manifests/immutable/remedy';
import { isUpdated } from '../object-change';
import type { ReviewRule } from '../rule';

/** A field that Kubernetes does not let change: the API server refuses the object as a whole. */
export const immutableField: ReviewRule = {
  name: 'immutable-field',
  class: 'refused',
  check({ changes }) {
    return changes.filter(isUpdated).flatMap((change) => {
      const [before, after] = [change.before.manifest, change.after.manifest];
      return immutableFields(before, after, change.fields).map((field) => ({
        change,
        field: field.field,
        message: `${field.message}. ${remedyOf(before, [field])}`,
      }));
    });
  },
};
