import { isDeepStrictEqual } from 'node:util';
import { type FieldPath, formatField, isMap, type YamlMap } from '../fields';
import type { FieldFinding, Finding } from '../finding';
import { counted, numberFinding, textFinding, typeFinding } from './scalar-findings';
import type { StructuralSchema } from './structural-schema';
import { unknownField } from './unknown-field';

/** Every object has these, and the schemas of some CRDs do not name them. */
const OWN = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * What an API server refuses or drops in an object of this schema: unknown fields, types, and the limits of values. It is stricter in one thing:
 * an API server drops null where a schema does not allow it. Rules in CEL are not evaluated.
 */
export function schemaFindings(schema: StructuralSchema, object: YamlMap): FieldFinding[] {
  const findings: FieldFinding[] = [];
  const report: Report = (path, finding) => findings.push({ field: formatField(path), ...finding });
  checkFields(object, { ...schema, properties: { ...schema.properties, apiVersion: {}, kind: {}, metadata: {} } }, [], report, true);
  return findings;
}

type Report = (path: FieldPath, finding: Finding) => unknown;

/** `closed`: whether a field that the schema does not name is reported. Schemas below anyOf and its like name only what they constrain. */
function checkValue(value: unknown, schema: StructuralSchema, path: FieldPath, report: Report, closed: boolean): void {
  if (value === null && schema.nullable) return;
  const wrongType = typeFinding(value, schema);
  if (wrongType) return void report(path, wrongType);
  if (schema.enum && !schema.enum.some((allowed) => isDeepStrictEqual(allowed, value))) {
    return void report(path, {
      message: `must be one of ${schema.enum.map((allowed) => JSON.stringify(allowed)).join(', ')}; got ${JSON.stringify(value)}.`,
      remedy: 'Use one of them.',
    });
  }
  const finding =
    typeof value === 'string' ? textFinding(value, schema) : typeof value === 'number' ? numberFinding(value, schema) : undefined;
  if (finding) report(path, finding);
  if (Array.isArray(value)) checkItems(value, schema, path, report, closed);
  else if (isMap(value)) checkFields(value, schema, path, report, closed);
  checkCombinations(value, schema, path, report);
}

function checkItems(items: readonly unknown[], schema: StructuralSchema, path: FieldPath, report: Report, closed: boolean): void {
  const { minItems, maxItems, uniqueItems, 'x-kubernetes-list-type': listType, 'x-kubernetes-list-map-keys': keys = [] } = schema;
  checkSize(items.length, 'item', { least: minItems, most: maxItems }, path, report);
  const identities = items.map((item) => JSON.stringify(listType === 'map' && isMap(item) ? keys.map((key) => item[key]) : item));
  if (uniqueItems || listType === 'set' || listType === 'map') {
    const second = identities.findIndex((identity, index) => identities.indexOf(identity) < index);
    const [key, ...others] = listType === 'map' ? keys : [];
    const place = key !== undefined && others.length === 0 ? [...path, second, key] : [...path, second];
    if (second >= 0) {
      const value = key !== undefined && others.length === 0 ? (items[second] as YamlMap)[key] : items[second];
      report(place, { message: `must be unique; got ${JSON.stringify(value)} twice.`, remedy: 'Change or remove one of the two.' });
    }
  }
  if (schema.items) for (const [index, item] of items.entries()) checkValue(item, schema.items, [...path, index], report, closed);
}

function checkFields(map: YamlMap, schema: StructuralSchema, path: FieldPath, report: Report, closed: boolean): void {
  const { properties = {}, additionalProperties, required = [], minProperties, maxProperties } = schema;
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  const open =
    !closed || schema.type !== 'object' || additionalProperties === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  // An API server sets defaults before it validates.
  for (const name of required) {
    if (map[name] === undefined && properties[name]?.default === undefined)
      report([...path, name], { message: 'must be set; got none.', remedy: 'Set it: the CRD requires it.' });
  }
  const fields = Object.entries(map).filter(([, value]) => value !== undefined);
  checkSize(fields.length, 'field', { least: minProperties, most: maxProperties }, path, report);
  for (const [name, value] of fields) {
    const below = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (below) checkValue(value, below, [...path, name], report, closed);
    else if (isMap(additionalProperties)) checkValue(value, additionalProperties, [...path, name], report, closed);
    else if (!open && !(embedded && OWN.has(name))) report([...path, name], unknownField(name, Object.keys(properties)));
  }
}

function checkSize(
  size: number,
  what: string,
  { least, most }: { readonly least?: number | undefined; readonly most?: number | undefined },
  path: FieldPath,
  report: Report,
): void {
  if (least !== undefined && size < least)
    report(path, { message: `must have at least ${counted(least, what)}; got ${size}.`, remedy: 'Add some.' });
  if (most !== undefined && size > most)
    report(path, { message: `must have at most ${counted(most, what)}; got ${size}.`, remedy: 'Remove some.' });
}

function checkCombinations(value: unknown, { allOf = [], anyOf, oneOf, not }: StructuralSchema, path: FieldPath, report: Report): void {
  const fits = (schema: StructuralSchema): boolean => {
    let isFit = true;
    checkValue(value, schema, path, () => (isFit = false), false);
    return isFit;
  };
  for (const schema of allOf) checkValue(value, schema, path, report, false);
  const matching = oneOf?.filter(fits).length ?? 1;
  if ((anyOf && !anyOf.some(fits)) || matching !== 1 || (not && fits(not))) {
    report(path, {
      message: `must be one of the forms that the CRD allows; got ${JSON.stringify(value)}.`,
      remedy: `kubectl explain shows them.`,
    });
  }
}
