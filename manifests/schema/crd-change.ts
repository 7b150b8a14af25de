import { isDeepStrictEqual } from 'node:util';
import { isMap, listOf, valueAt } from '../fields';
import type { Manifest } from '../manifest';
import { type NarrowedKeyword, narrowedKeywords, typeOf } from './narrowed-keywords';
import type { StructuralSchema } from './structural-schema';

/** How two states of a CRD differ in what clients can write and read. */
export interface CrdChange {
  /**
   * `removed`: the field is pruned from objects, or the version is no longer in the list. `unserved`: the version is listed and not served.
   * `narrowed`: the field accepts fewer values, or may.
   */
  readonly type: 'added' | 'removed' | 'unserved' | 'narrowed';
  readonly version: string;
  /** The topmost field that differs, as a path in objects of the kind: `spec.instances[].name`, `spec.labels.*`. Empty: the version itself. */
  readonly field: string;
  /** What a narrowed field accepts, and accepted before: `maximum: 10 -> 5`. */
  readonly detail?: string;
  /** Whether the field accepts fewer values is not known: another rule in CEL, another pattern. */
  readonly isUnknown?: true;
}

export interface CrdVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly schema: StructuralSchema;
}

/** The versions of a CRD, in its order. */
export function versionsOf(crd: Manifest): CrdVersion[] {
  return listOf(valueAt(crd['spec'], 'versions')).map((version) => ({
    name: String(valueAt(version, 'name')),
    served: valueAt(version, 'served') === true,
    storage: valueAt(version, 'storage') === true,
    schema: (valueAt(version, 'schema', 'openAPIV3Schema') ?? {}) as StructuralSchema,
  }));
}

/** What a change of a CRD adds, removes and narrows. Descriptions, defaults and printer columns do not count. */
export function crdChanges(before: Manifest, after: Manifest): CrdChange[] {
  const [old, next] = [versionsOf(before), versionsOf(after)];
  const added = next.filter(({ name }) => !old.some((version) => version.name === name));
  return [
    ...old.flatMap((version) =>
      changesOfVersion(
        version,
        next.find(({ name }) => name === version.name),
      ),
    ),
    ...added.map(({ name }): CrdChange => ({ type: 'added', version: name, field: '' })),
  ];
}

/** Whether a change can drop a value of an object, or make the API server refuse it. */
export function isLoss({ type }: CrdChange): boolean {
  return type !== 'added';
}

function changesOfVersion({ name, served, schema }: CrdVersion, later: CrdVersion | undefined): CrdChange[] {
  if (later === undefined) return [{ type: 'removed', version: name, field: '' }];
  const changes: CrdChange[] = served && !later.served ? [{ type: 'unserved', version: name, field: '' }] : [];
  const report: Report = (type, field, keyword) => changes.push({ type, version: name, field, ...keyword });
  // Every object has these, whether its schema names them or not.
  compare(withoutOwnFields(schema), withoutOwnFields(later.schema), '', report);
  return changes;
}

type Report = (type: CrdChange['type'], field: string, keyword?: NarrowedKeyword) => unknown;

function compare(before: StructuralSchema, after: StructuralSchema, path: string, report: Report): void {
  if (isDeepStrictEqual(before, after)) return;
  for (const keyword of narrowedKeywords(before, after)) report('narrowed', path, keyword);
  // Of another type, nothing below is the same field.
  if (typeOf(before) !== typeOf(after)) return;
  compareFields(before, after, path, report);
  compareOthers(before, after, path, report);
  if (before.items && after.items) compare(before.items, after.items, `${path}[]`, report);
}

function compareFields(before: StructuralSchema, after: StructuralSchema, path: string, report: Report): void {
  const [old, next] = [before.properties ?? {}, after.properties ?? {}];
  for (const name of new Set([...Object.keys(old), ...Object.keys(next)])) {
    const field = path === '' ? name : `${path}.${name}`;
    const [earlier, later] = [ownOf(old, name) ?? othersOf(before), ownOf(next, name) ?? othersOf(after)];
    if (earlier && later) compare(earlier, later, field, report);
    else if (earlier) report('removed', field);
    else if (later) report('added', field);
  }
}

/** Fields that neither schema names. */
function compareOthers(before: StructuralSchema, after: StructuralSchema, path: string, report: Report): void {
  const [earlier, later] = [othersOf(before), othersOf(after)];
  const field = path === '' ? '*' : `${path}.*`;
  if (earlier && later) compare(earlier, later, field, report);
  else if (earlier) report('removed', field);
  else if (later) report('added', field);
}

/** The schema of fields that a schema does not name: any value where unknown fields are kept; undefined where they are pruned. */
function othersOf({ additionalProperties, ...schema }: StructuralSchema): StructuralSchema | undefined {
  if (isMap(additionalProperties)) return additionalProperties;
  return additionalProperties === true || schema['x-kubernetes-preserve-unknown-fields'] === true ? ANYTHING : undefined;
}

const ANYTHING: StructuralSchema = { 'x-kubernetes-preserve-unknown-fields': true };

function ownOf(properties: Readonly<Record<string, StructuralSchema>>, name: string): StructuralSchema | undefined {
  return Object.hasOwn(properties, name) ? properties[name] : undefined;
}

function withoutOwnFields(schema: StructuralSchema): StructuralSchema {
  const properties = Object.entries(schema.properties ?? {}).filter(([name]) => !['apiVersion', 'kind', 'metadata'].includes(name));
  return { ...schema, properties: Object.fromEntries(properties) };
}
