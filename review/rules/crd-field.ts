import { isMap, listOf, valueAt, type YamlMap } from '../../manifests/fields';
import type { Manifest } from '../../manifests/manifest';
import { isUpdated } from '../object-change';
import type { ReviewRule } from '../rule';

const MOST_NAMED = 5;

/** A field leaves the schema of a CRD: the API server prunes its value from every object that is written again. */
export const crdField: ReviewRule = {
  name: 'crd-field',
  class: 'data',
  check({ changes }) {
    return changes
      .filter(isUpdated)
      .filter(({ before }) => before.manifest.kind === 'CustomResourceDefinition')
      .flatMap((change) => {
        const next = schemasOf(change.after.manifest);
        return [...schemasOf(change.before.manifest)].flatMap(([version, schema]) => {
          const later = next.get(version);
          const removed = later === undefined ? [] : removedFields(schema, later);
          if (removed.length === 0) return [];
          const more = removed.length > MOST_NAMED ? ` and ${removed.length - MOST_NAMED} more` : '';
          const message = `${version} loses ${removed.slice(0, MOST_NAMED).join(', ')}${more}: the API server drops the values from objects when they are written again.`;
          return [{ change, field: `spec.versions[name=${version}].schema`, message }];
        });
      });
  },
};

function schemasOf(crd: Manifest): Map<string, unknown> {
  const versions = listOf(valueAt(crd, 'spec', 'versions'));
  return new Map(versions.map((version) => [String(valueAt(version, 'name')), valueAt(version, 'schema', 'openAPIV3Schema')]));
}

/** The topmost fields that the later schema prunes. */
function removedFields(before: unknown, after: unknown, path = ''): string[] {
  if (!isMap(before) || valueAt(after, 'x-kubernetes-preserve-unknown-fields') === true) return [];
  const [old, next] = [before, after].map(propertiesOf);
  const additional = valueAt(after, 'additionalProperties');
  if (additional !== undefined && additional !== false) return removedFields(before['additionalProperties'], additional, `${path}.*`);
  const ofItems = removedFields(before['items'], valueAt(after, 'items'), `${path}[]`);
  const ofFields = Object.entries(old ?? {}).flatMap(([name, schema]) => {
    const field = path === '' ? name : `${path}.${name}`;
    return next && Object.hasOwn(next, name) ? removedFields(schema, next[name], field) : [field];
  });
  return [...ofItems, ...ofFields];
}

function propertiesOf(schema: unknown): YamlMap {
  const properties = valueAt(schema, 'properties');
  return isMap(properties) ? properties : {};
}
