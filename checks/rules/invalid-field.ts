import { schemaFindings } from '../../manifests/schema/schema-findings';
import { schemasOf } from '../../manifests/schema/known-schemas';
import type { Rule } from '../rule';

/** Every custom resource has only fields that its CRD has, with values that it allows. Kinds whose CRD is not known are not checked. */
export const invalidField: Rule = {
  name: 'invalid-field',
  check({ objects }) {
    const schemaOf = schemasOf(objects.map(({ manifest }) => manifest));
    return objects.flatMap((object) => {
      const schema = schemaOf(object.manifest);
      return schema ? schemaFindings(schema, object.manifest).map((finding) => ({ object, ...finding })) : [];
    });
  },
};
