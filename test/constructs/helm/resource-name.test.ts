import fc from 'fast-check';
import { resourceName } from '../../../constructs/helm/resource-name';
import { holds } from '../../properties';

test.each([
  ['charts.min.io/', 'charts-min-io'],
  ['Kapernikov.github.io/cvat-helm/', 'kapernikov-github-io-cvat-helm'],
])('%s is called %s', (text, name) => {
  expect(resourceName(text)).toBe(name);
});

test('every name is one of Kubernetes, has at most 63 characters, is not taken, and always the same', () => {
  holds(
    fc.property(fc.string({ maxLength: 100 }), fc.boolean(), (text, isTaken) => {
      const taken = new Set(isTaken ? [resourceName(text)] : []);
      const name = resourceName(text, taken);
      expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
      expect(taken.has(name)).toBe(false);
      expect(resourceName(text, taken)).toBe(name);
    }),
  );
});
