import fc from 'fast-check';
import { CLIENT_SIDE_APPLY, type Fields, isMember, migrated, union } from '../../../cluster/objects/managed-fields';
import type { ManagedFields } from '../../../cluster/objects/live-object';
import { holds } from '../../properties';

const takeover = { from: CLIENT_SIDE_APPLY, to: 'platform' };

function entry(manager: string, operation: 'Apply' | 'Update', fieldsV1: Fields, more: Partial<ManagedFields> = {}): ManagedFields {
  return { manager, operation, apiVersion: 'v1', time: '2026-01-01T00:00:00Z', fieldsType: 'FieldsV1', fieldsV1, ...more };
}

/** Every place that a tree owns. */
function paths(fields: Fields, prefix = ''): string[] {
  return Object.entries(fields)
    .filter(([key]) => key !== '.')
    .flatMap(([key, below]) => {
      const path = `${prefix}/${key}`;
      return [...(isMember(below as Fields) ? [path] : []), ...paths(below as Fields, path)];
    })
    .sort();
}

const key = fc.constantFrom('f:spec', 'f:name', 'f:constructor', 'k:{"name":"one"}', 'k:{"name":"two"}', 'v:"x"');
const { fields } = fc.letrec<{ fields: Fields; below: Fields }>((tie) => ({
  fields: fc.dictionary(key, tie('below'), { maxKeys: 4, noNullPrototype: true }),
  below: fc.oneof(
    { maxDepth: 4 },
    fc.constant({}),
    tie('fields'),
    tie('fields').map((children) => ({ '.': {}, ...children })),
  ),
}));

describe('the union of two field sets', () => {
  test('owns what one of them owns, and nothing else', () => {
    holds(
      fc.property(fields, fields, (one, other) => {
        expect(paths(union(one, other))).toEqual([...new Set([...paths(one), ...paths(other)])].sort());
      }),
    );
  });

  test('is the same either way, and the same again', () => {
    holds(
      fc.property(fields, fields, (one, other) => {
        expect(paths(union(one, other))).toEqual(paths(union(other, one)));
        expect(paths(union(union(one, other), other))).toEqual(paths(union(one, other)));
      }),
    );
  });
});

describe('taking fields over from client-side apply', () => {
  test('is undefined for an object that kubectl has not applied', () => {
    expect(migrated([], takeover)).toBeUndefined();
    expect(migrated([entry('platform', 'Apply', { 'f:data': {} }), entry('manager', 'Update', {})], takeover)).toBeUndefined();
  });

  test('a manager that has applied nothing yet gets the entry of client-side apply', () => {
    const controller = entry('manager', 'Update', { 'f:status': {} });
    expect(migrated([entry(CLIENT_SIDE_APPLY, 'Update', { 'f:data': {} }), controller], takeover)).toEqual([
      entry('platform', 'Apply', { 'f:data': {} }),
      controller,
    ]);
  });

  test('a manager that has applied before owns the fields of both', () => {
    const before = [
      entry('platform', 'Apply', { 'f:data': { 'f:new': {} } }, { time: '2026-02-02T00:00:00Z' }),
      entry(CLIENT_SIDE_APPLY, 'Update', { 'f:data': { '.': {}, 'f:old': {} } }),
    ];
    expect(migrated(before, takeover)).toEqual([
      entry('platform', 'Apply', { 'f:data': { '.': {}, 'f:new': {}, 'f:old': {} } }, { time: '2026-02-02T00:00:00Z' }),
    ]);
  });

  test('entries of subresources and of other managers stay as they are', () => {
    const others = [
      entry(CLIENT_SIDE_APPLY, 'Update', { 'f:status': {} }, { subresource: 'status' }),
      entry(CLIENT_SIDE_APPLY, 'Apply', { 'f:metadata': {} }),
      entry('platform', 'Update', { 'f:metadata': {} }),
      entry('platform', 'Apply', { 'f:status': {} }, { subresource: 'status' }),
    ];
    const after = migrated([...others, entry(CLIENT_SIDE_APPLY, 'Update', { 'f:data': {} })], takeover);
    expect(after).toEqual([...others, entry('platform', 'Apply', { 'f:data': {} })]);
  });

  test('drops fields of another version: they may have another path there', () => {
    const old = entry(CLIENT_SIDE_APPLY, 'Update', { 'f:spec': { 'f:old': {} } }, { apiVersion: 'v1beta1' });
    const own = entry('platform', 'Apply', { 'f:spec': { 'f:new': {} } });
    expect(migrated([own, old], takeover)).toEqual([own]);
  });

  test('of several entries of client-side apply the newest counts, though the API server lists the oldest first', () => {
    const old = entry(CLIENT_SIDE_APPLY, 'Update', { 'f:old': {} }, { apiVersion: 'v1beta1', time: '2025-01-01T00:00:00Z' });
    const newer = entry(CLIENT_SIDE_APPLY, 'Update', { 'f:new': {} });
    expect(migrated([old, newer], takeover)).toEqual([entry('platform', 'Apply', { 'f:new': {} })]);
  });

  test('every path of the version is owned afterwards, no manager is left over, and doing it again changes nothing', () => {
    const entries = fc.array(
      fc
        .tuple(fc.constantFrom(CLIENT_SIDE_APPLY, 'platform', 'other'), fc.constantFrom('Apply', 'Update'), fields)
        .map(([manager, operation, set]) => entry(manager, operation as 'Apply' | 'Update', set)),
      { maxLength: 5 },
    );
    holds(
      fc.property(entries, (before) => {
        const after = migrated(before, takeover);
        if (after === undefined) return;
        const all = (list: readonly ManagedFields[]): Set<string> => new Set(list.flatMap(({ fieldsV1 }) => paths(fieldsV1)));
        expect(all(after)).toEqual(all(before));
        expect(migrated(after, takeover)).toBeUndefined();
      }),
    );
  });

  test('the entries given are not changed', () => {
    const before = [entry('platform', 'Apply', { 'f:a': {} }), entry(CLIENT_SIDE_APPLY, 'Update', { 'f:b': {} })];
    const copy = structuredClone(before);
    migrated(before, takeover);
    expect(before).toEqual(copy);
  });
});
