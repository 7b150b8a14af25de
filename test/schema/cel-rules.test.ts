import { celRules } from './cel-rules';
import type { StructuralSchema, ValidationRule } from './crd';

const withRules = (schema: StructuralSchema, ...rules: (string | ValidationRule)[]): StructuralSchema => ({
  ...schema,
  'x-kubernetes-validations': rules.map((rule) => (typeof rule === 'string' ? { rule, message: 'broken' } : rule)),
});

const text: StructuralSchema = { type: 'string' };
const object = (properties: Record<string, StructuralSchema>): StructuralSchema => ({ type: 'object', properties });

/** Whether the rule holds for the value. An error in the evaluation is shown. */
const ask = (schema: StructuralSchema, rule: string, value: unknown): boolean | string => {
  const [finding] = celRules(withRules(schema, rule)).check(value);
  return finding === undefined ? true : finding === '(the object): broken' ? false : finding;
};

describe('The rules of a CRD', () => {
  it('are asked about every value that they stand at, and name its path', () => {
    const item = withRules(text, { rule: 'self != "no"', message: 'must not be no' });
    const rules = celRules(object({ list: { type: 'array', items: item }, map: { type: 'object', additionalProperties: item } }));
    expect(rules.check({ list: ['yes', 'no'], map: { a: 'no' } })).toEqual(['list[1]: must not be no', 'map.a: must not be no']);
  });

  it('show themselves when they have no message', () => {
    expect(celRules(withRules(text, { rule: 'self == "a"' })).check('b')).toEqual(['(the object): failed rule: self == "a"']);
  });

  it('are broken when they cannot be answered', () => {
    expect(ask(object({ a: text }), 'self.a == "x"', {})).toBe('(the object): No such key: a evaluating rule: broken');
  });

  it.each<[string, StructuralSchema, string, unknown, boolean]>([
    ['whole numbers', { type: 'integer' }, 'self / 2 == 1', 3, true],
    ['fractions', { type: 'number' }, 'type(self) == double', 1, true],
    ['a number in int-or-string', { 'x-kubernetes-int-or-string': true }, 'type(self) == int', 3, true],
    ['a text in int-or-string', { 'x-kubernetes-int-or-string': true }, 'type(self) == string', '3', true],
    ['durations by their format', { ...text, format: 'duration' }, 'self <= duration("5m")', '2 hours', false],
    ['no duration without the format', text, 'type(self) == string', '5m', true],
    [
      'points in time by their format',
      { ...text, format: 'date-time' },
      'self < timestamp("2026-01-01T00:00:00Z")',
      '2025-12-31T00:00:00Z',
      true,
    ],
    ['a duration of zero without a unit', text, 'duration("0") == duration("0s")', '', true],
    ['the field of an item', { type: 'array', items: object({ a: text }) }, 'has(self[0].a) && !has(self[1].a)', [{ a: '' }, {}], true],
    ['no field that JavaScript adds', object({ a: text }), 'has(self.constructor)', {}, false],
    [
      'fields with reserved names',
      object({ namespace: text, 'a-b': text }),
      'self.__namespace__ + self.a__dash__b == "xy"',
      { namespace: 'x', 'a-b': 'y' },
      true,
    ],
    [
      'the keys of a map as they are',
      { type: 'object', additionalProperties: text },
      '"a-b" in self && self.exists(k, k == "namespace")',
      { 'a-b': '', namespace: '' },
      true,
    ],
    ['patterns as RE2', text, 'self.matches(r"^[[:alpha:]]+$")', 'abc', true],
    ['patterns anywhere in the text', text, 'self.matches("b")', 'abc', true],
    ['the found part of a text', text, 'self.find("[0-9]+") == "12"', 'a12b3', true],
    ['the blanks of Go', text, 'self.trim() == "a"', '\u0085 a\u3000', true],
    ['not the blanks of JavaScript', text, 'self.trim() == "a"', '\ufeffa', false],
    ['the characters of a text, not its code units', text, 'self.size() == 1', '😀', true],
    ['equal objects', { type: 'array', items: object({ a: text }) }, 'self[0] == self[1]', [{ a: 'x' }, { a: 'x' }], true],
  ])('know %s', (_, schema, rule, value, expected) => {
    expect(ask(schema, rule, value)).toBe(expected);
  });

  it('about a change are asked only when there is one', () => {
    const rules = celRules(object({ a: withRules(text, { rule: 'self == oldSelf', message: 'stays' }) }));
    expect(rules.check({ a: 'x' })).toEqual([]);
    expect(rules.check({ a: 'x' }, {})).toEqual([]);
    expect(rules.check({ a: 'x' }, { a: 'x' })).toEqual([]);
    expect(rules.check({ a: 'x' }, { a: 'y' })).toEqual(['a: stays']);
  });

  it('that only mention oldSelf in a text are asked always', () => {
    expect(ask(text, 'self != "oldSelf"', 'oldSelf')).toBe(false);
  });

  it('with an optional oldSelf are asked about what is new, too', () => {
    const rule = { rule: '!oldSelf.hasValue() || self == oldSelf.value()', message: 'stays', optionalOldSelf: true };
    const rules = celRules(withRules(object({ a: text }), rule));
    expect(rules.check({ a: 'x' })).toEqual([]);
    expect(rules.check({ a: 'x' }, { a: 'x' })).toEqual([]);
    expect(rules.check({ a: 'x' }, { a: 'y' })).toEqual(['(the object): stays']);
    const never = celRules(withRules(text, { rule: 'oldSelf.hasValue()', message: 'not new', optionalOldSelf: true }));
    expect(never.check('x')).toEqual(['(the object): not new']);
  });

  it('about a change of an item know it by its keys, wherever it stands now', () => {
    const item = object({ name: text, value: withRules(text, { rule: 'self == oldSelf', message: 'stays' }) });
    const list: StructuralSchema = { type: 'array', items: item };
    const map: StructuralSchema = { ...list, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] };
    const before = [
      { name: 'a', value: '1' },
      { name: 'b', value: '2' },
    ];
    const after = [
      { name: 'b', value: '2' },
      { name: 'a', value: '3' },
    ];
    expect(celRules(map).check(after, before)).toEqual(['[1].value: stays']);
    expect(celRules(list).check(after, before)).toEqual([]);
  });

  it.each([
    ['cannot be read', 'self ==='],
    ['has an unknown function', 'isURL(self)'],
    ['has a variable that there is not', 'other == self'],
    ['is neither true nor false', 'self + "x"'],
  ])('are never left out: one that %s throws, even if no object comes to it', (_, rule) => {
    expect(() => celRules(object({ deep: { type: 'array', items: withRules(text, rule) } }))).toThrow('This rule cannot be evaluated');
  });
});
