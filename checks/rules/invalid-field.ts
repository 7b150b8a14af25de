import { fieldOf } from '../../manifests/helm-release';
import { schemaFindings } from '../../manifests/schema/schema-findings';
import { schemasOf } from '../../manifests/schema/known-schemas';
import type { Rule } from '../rule';

/** Every custom resource has only fields that its CRD has, with values that it allows. Kinds whose CRD is not known are not checked. */
export const invalidField: Rule = {
  name: 'invalid-field',
  check(environment) {
    const { objects } = environment;
    const schemaOf = schemasOf(objects.map(({ manifest }) => manifest));
    return objects.flatMap((object) => {
      const schema = schemaOf(object.manifest);
      const release = environment.releaseOf(object);
      const name = release && fieldOf(release.places.name);
      return (schema ? schemaFindings(schema, object.manifest) : [])
        .filter(({ field, message }) => field !== name || !message.startsWith('must have at most')) // long-name says why
        .map((finding) => ({ object, ...finding }));
    });
  },
};
