import type { Construct } from 'constructs';
import { formatField, isMap, type FieldPath } from '../../manifests/fields';
import { report } from '../problem';

/**
 * Reports values that are null, for a delivery that has values as fields of an object. Helm deletes the chart's default then; but a null in an object is
 * removed by cdk8s, and by `kubectl apply` in its patch (https://www.rfc-editor.org/rfc/rfc7386), and the default stays.
 */
export function reportNullValues(scope: Construct, values: unknown, delivery: string): void {
  for (const path of nullsIn(values)) {
    report(scope, formatField(['values', ...path]), {
      message: `must not be null with ${delivery}: the object does not keep it, so the chart's default would stay; got null.`,
      remedy: 'Set what means the same to the chart, such as false or an empty text; or use k3s() or rendered(), which pass null to Helm.',
    });
  }
}

/** In maps only: Helm replaces lists as a whole. */
function nullsIn(value: unknown, path: FieldPath = []): FieldPath[] {
  if (value === null) return [path];
  return isMap(value) ? Object.entries(value).flatMap(([key, child]) => nullsIn(child, [...path, key])) : [];
}
