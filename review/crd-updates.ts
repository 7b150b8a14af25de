import { isCrd } from '../manifests/custom-resource-definition';
import type { FieldChange } from '../manifests/difference/field-change';
import { type CrdChange, crdChanges } from '../manifests/schema/crd-change';
import { isUpdated, type ObjectChange, type UpdatedObject } from './object-change';

/** The CRDs among changes that the cluster keeps and changes. */
export function updatedCrds(changes: readonly ObjectChange[]): UpdatedObject[] {
  return changes.filter(isUpdated).filter(({ before }) => isCrd(before.manifest));
}

/** How many fields a message names. */
const MOST_NAMED = 5;

/** The first of some fields: `a, b, c, d, e and 2 more` */
export function namedFields(fields: readonly string[]): string {
  const more = fields.length > MOST_NAMED ? ` and ${fields.length - MOST_NAMED} more` : '';
  return `${fields.slice(0, MOST_NAMED).join(', ')}${more}`;
}

/** A field of objects of a kind, as its schema has it. */
interface SchemaPlace {
  readonly version: string;
  /** As a path in objects: `spec.instances[].name`. */
  readonly field: string;
  /** What of its schema differs: `default`. Empty: all of it. */
  readonly keyword: string;
}

/** What an update of a CRD changes for its objects, by version and field: added, removed, narrowed. Empty for other objects. */
export function schemaChanges(change: ObjectChange): CrdChange[] {
  const [crd] = updatedCrds([change]);
  return crd ? crdChanges(crd.before.manifest, crd.after.manifest) : [];
}

/** The changed fields that these do not say already: another default, more values, printer columns. */
export function otherFields(fields: readonly FieldChange[], said: readonly CrdChange[]): FieldChange[] {
  if (said.length === 0) return [...fields];
  return fields.filter((field) => {
    const [, , version, ...rest] = field.path;
    if (rest.length === 0) return !said.some((one) => one.field === '' && version === `[name=${one.version}]`);
    if (rest.length === 1 && rest[0] === 'served')
      return !said.some((one) => one.type === 'unserved' && version === `[name=${one.version}]`);
    const place = placeOf(field);
    return place === undefined || !said.some((one) => says(one, place));
  });
}

function says({ version, field, type, detail = '' }: CrdChange, place: SchemaPlace): boolean {
  if (version !== place.version || (type !== 'narrowed' && field === '')) return false;
  const isWhole = type !== 'narrowed' || detail.startsWith('type:');
  if (isWhole && (place.field === field || place.field.startsWith(`${field}.`) || place.field.startsWith(`${field}[`))) return true;
  const keyword = place.keyword === 'x-kubernetes-validations' ? 'rule' : place.keyword;
  return place.field === field && detail.startsWith(`${keyword}:`);
}

/** Which field of objects a path in the schema of a CRD is about. */
function placeOf({ path }: FieldChange): SchemaPlace | undefined {
  const [spec, versions, named, schema, root, ...rest] = path.map(String);
  if (spec !== 'spec' || versions !== 'versions' || schema !== 'schema' || root !== 'openAPIV3Schema') return undefined;
  const version = /^\[name=(.*)\]$/.exec(named ?? '')?.[1] ?? '';
  let field = '';
  for (let index = 0; index < rest.length; index++) {
    const part = rest[index] ?? '';
    if (part === 'properties') field += `${field === '' ? '' : '.'}${rest[++index] ?? ''}`;
    else if (part === 'items') field += '[]';
    else if (part === 'additionalProperties') field += `${field === '' ? '' : '.'}*`;
    else return { version, field, keyword: part };
  }
  return { version, field, keyword: '' };
}
