import { fieldOf } from '../../manifests/helm-release';
import { schemaFindings } from '../../manifests/schema/schema-findings';
import { schemasOf } from '../../manifests/schema/known-schemas';
import { textFieldFindings } from '../../manifests/schema/text-fields';
import type { Rule } from '../rule';

/** A quoted value in an environment file does not help: the template writes it without quotes. */
const OF_CHART =
  "The chart's template must quote it. Change the value that it is made from, or tell the chart's authors: Helm cannot apply it either.";

/**
 * Every custom resource has only fields that its CRD has, with values that it allows. Kinds whose CRD is not known are not checked. In every object, labels
 * and annotations are text, and so are values of ConfigMaps and environment variables.
 */
export const invalidField: Rule = {
  name: 'invalid-field',
  check(environment) {
    const { objects } = environment;
    const schemaOf = schemasOf(objects.map(({ manifest }) => manifest));
    return objects.flatMap((object) => {
      const schema = schemaOf(object.manifest);
      const release = environment.releaseOf(object);
      const name = release && fieldOf(release.places.name);
      const ofText = textFieldFindings(object.manifest).map((finding) =>
        object.chart === undefined ? finding : { ...finding, remedy: OF_CHART },
      );
      const ofSchema = schema ? schemaFindings(schema, object.manifest) : [];
      return [...ofText, ...ofSchema]
        .filter(({ field, message }) => field !== name || !message.startsWith('must have at most')) // long-name says why
        .map((finding) => ({ object, ...finding }));
    });
  },
};
