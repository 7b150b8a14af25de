import fc from 'fast-check';
import { LAST_APPLIED_ANNOTATION } from '../../../cluster/diff/abandoned';
import { masked } from '../../../cluster/diff/masked';
import { holds } from '../../properties';
import { configMap, secret } from './support';

test('shows whether a value is unchanged, changed, added or removed', () => {
  const [before, after] = masked(
    secret({ data: { same: 'YQ==', changed: 'YQ==', gone: 'YQ==' } }),
    secret({ data: { same: 'YQ==', changed: 'Yg==', new: 'YQ==' } }),
  );
  expect(before?.['data']).toEqual({ same: '***', changed: '*** (before)', gone: '***' });
  expect(after?.['data']).toEqual({ same: '***', changed: '*** (after)', new: '***' });
});

test('a Secret that comes or goes shows its keys', () => {
  expect(masked(undefined, secret({ stringData: { password: 'x' } }))).toEqual([undefined, secret({ stringData: { password: '***' } })]);
  expect(masked(secret({ data: { constructor: 'eA==' } }), undefined)).toEqual([secret({ data: { constructor: '***' } }), undefined]);
});

test('the manifest that kubectl keeps in an annotation is masked, too', () => {
  const noted = (value: string): ReturnType<typeof secret> =>
    secret({}, { [LAST_APPLIED_ANNOTATION]: `{"data":{"a":"${value}"}}`, other: 'stays' });
  const [before, after] = masked(noted('YQ=='), noted('Yg=='));
  expect(before?.metadata.annotations).toEqual({ [LAST_APPLIED_ANNOTATION]: '*** (before)', other: 'stays' });
  expect(after?.metadata.annotations).toEqual({ [LAST_APPLIED_ANNOTATION]: '*** (after)', other: 'stays' });
});

test('a Secret without data, or with data that is null, is fine', () => {
  expect(masked(secret({}), secret({ data: null }))).toEqual([secret({}), secret({ data: null })]);
});

test('objects of other kinds are shown as they are', () => {
  const object = configMap({ PASSWORD: 'x' });
  expect(masked(object, object)).toEqual([object, object]);
  const custom = { ...secret({ data: { a: 'x' } }), apiVersion: 'example.org/v1' };
  expect(masked(custom, custom)).toEqual([custom, custom]);
});

test('no value of either side is ever left', () => {
  const value = fc.string({ minLength: 1 }).map((text) => `secret-${text}`);
  const values = fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'toString'), value);
  const object = fc.option(
    fc
      .record({ data: values, stringData: values }, { requiredKeys: [] })
      .map((fields) => secret(fields, { [LAST_APPLIED_ANNOTATION]: `secret-${JSON.stringify(fields)}` })),
    { nil: undefined },
  );
  holds(
    fc.property(object, object, (before, after) => {
      expect(JSON.stringify(masked(before, after))).not.toContain('secret-');
    }),
  );
});
