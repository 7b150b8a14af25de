import fc from 'fast-check';
import { type ListMerge, merge, mergeValues, type Values } from '../../manifests/merge';
import { holds } from '../properties';

/** Keys that occur on both sides, and those that every object inherits. */
const key = fc.constantFrom('name', 'a', 'b', 'c', '__proto__', 'constructor', 'toString', 'hasOwnProperty');

const { tree } = fc.letrec<{ tree: unknown; map: Record<string, unknown>; named: Record<string, unknown> }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 0, 1, '', 'text'),
    tie('map'),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.uniqueArray(tie('named'), { maxLength: 3, selector: (item) => item['name'] }),
  ),
  map: fc.dictionary(key, tie('tree'), { maxKeys: 5, noNullPrototype: true }),
  named: fc
    .tuple(fc.constantFrom('one', 'two', 'three'), tie('map'))
    .map(([name, rest]) => Object.fromEntries([...Object.entries(rest), ['name', name]])),
}));
const map = fc.dictionary(key, tree, { maxKeys: 5, noNullPrototype: true });
const lists = fc.constantFrom<ListMerge>('replace', 'by name');

/** `toEqual` looks at own properties only, and not at their order. */
function text(value: unknown): string {
  return JSON.stringify(value);
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) freeze(item);
    Object.freeze(value);
  }
  return value;
}

describe('any two values', () => {
  test('a value merged with itself is itself', () => {
    holds(fc.property(tree, lists, (value, how) => expect(text(merge(value, value, how))).toBe(text(value))));
  });

  test('merging the same once more changes nothing', () => {
    holds(
      fc.property(tree, tree, lists, (base, over, how) => {
        const merged = merge(base, over, how);
        expect(text(merge(merged, over, how))).toBe(text(merged));
      }),
    );
  });

  test('the later value wins, wherever both say something', () => {
    const wins = (merged: unknown, over: unknown): void => {
      if (typeof over !== 'object' || over === null || Array.isArray(over)) return expect(merged).toEqual(over);
      for (const [name, value] of Object.entries(over)) wins((merged as Values)[name], value);
    };
    holds(fc.property(tree, tree, (base, over) => wins(merge(base, over), over)));
  });

  test('what only the earlier value says stays', () => {
    holds(
      fc.property(map, map, lists, (base, over, how) => {
        const merged = merge(base, over, how) as Values;
        for (const name of Object.keys(base)) if (!Object.hasOwn(over, name)) expect(text(merged[name])).toBe(text(base[name]));
        expect(new Set(Object.keys(merged))).toEqual(new Set([...Object.keys(base), ...Object.keys(over)]));
      }),
    );
  });

  test('neither argument is changed', () => {
    holds(
      fc.property(tree, tree, lists, (base, over, how) => {
        const before = [text(base), text(over)];
        merge(freeze(base), freeze(over), how);
        expect([text(base), text(over)]).toEqual(before);
      }),
    );
  });

  test('undefined says nothing', () => {
    holds(fc.property(tree, lists, (base, how) => expect(text(merge(base, undefined, how))).toBe(text(base))));
    holds(
      fc.property(map, lists, (base, how) => {
        const silent = Object.fromEntries(Object.keys(base).map((name) => [name, undefined]));
        expect(text(merge(base, silent, how))).toBe(text(base));
      }),
    );
  });

  test('names that every object inherits are data, and no way to change other objects', () => {
    holds(
      fc.property(map, map, lists, (base, over, how) => {
        merge(base, over, how);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
    );
    const merged = merge({}, JSON.parse('{ "__proto__": { "polluted": true }, "constructor": { "a": 1 } }'));
    expect(text(merged)).toBe('{"__proto__":{"polluted":true},"constructor":{"a":1}}');
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    expect(({} as Values)['polluted']).toBeUndefined();
  });
});

test('maps are merged, and everything else is replaced', () => {
  const base = { server: { replicas: 1, image: 'a' }, hosts: ['one', 'two'], port: 80 };
  expect(merge(base, { server: { replicas: 2 }, hosts: ['three'], port: 'http' })).toEqual({
    server: { replicas: 2, image: 'a' },
    hosts: ['three'],
    port: 'http',
  });
});

test('null is a value: in the values of a chart it takes a default away', () => {
  expect(merge({ resources: { limits: { cpu: 1 } } }, { resources: { limits: null } })).toEqual({ resources: { limits: null } });
});

describe('lists whose items have names', () => {
  const base = { instances: [{ name: 'one', replicas: 1, size: '1Gi' }, { name: 'two' }] };

  test('become one list by name, new items last', () => {
    const over = { instances: [{ name: 'three' }, { name: 'one', replicas: 3 }] };
    expect(merge(base, over, 'by name')).toEqual({
      instances: [{ name: 'one', replicas: 3, size: '1Gi' }, { name: 'two' }, { name: 'three' }],
    });
  });

  test('are replaced like all others unless asked for', () => {
    expect(merge(base, { instances: [{ name: 'one', replicas: 3 }] })).toEqual({ instances: [{ name: 'one', replicas: 3 }] });
  });

  test('are replaced by a list without names, and by an empty one', () => {
    expect(merge(base, { instances: ['one'] }, 'by name')).toEqual({ instances: ['one'] });
    expect(merge(base, { instances: [] }, 'by name')).toEqual({ instances: [] });
  });
});

test('several values are merged in their order, and those that are left out say nothing', () => {
  expect(mergeValues({ a: 1, b: { c: 1 } }, undefined, { b: { d: 2 } }, { a: 3 })).toEqual({ a: 3, b: { c: 1, d: 2 } });
  expect(mergeValues()).toEqual({});
});
