import { supports, supportsFrom } from '../../manifests/kube-version';

test.each([
  ['>= 1.23.0-0', '1.33.0', true],
  ['>=1.21, <1.30', '1.29.3', true],
  ['>=1.21, <1.30', '1.33.0', false],
  ['>=1.25.0-0', 'v1.33.4+k3s1', true],
  ['1.20 - 1.25', '1.33.0', false],
  ['^1.22.0 || ^1.33.0', '1.33.1', true],
  ['!=1.5', '1.33.0', undefined],
])('a chart for Kubernetes %s supports %s: %s', (range, version, expected) => {
  expect(supports(range, version)).toBe(expected);
});

test.each([
  ['>= 1.23.0-0', true],
  ['<1.25.0', false],
  ['>=1.21, <1.30', false],
  ['1.30', true],
  ['1.29.x || 1.31.x', true],
  ['anything', undefined],
])('a chart for Kubernetes %s supports a version from 1.30 on: %s', (range, expected) => {
  expect(supportsFrom(range, '1.30')).toBe(expected);
});
