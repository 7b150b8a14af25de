import { crdVersion } from '../../../review/rules/crd-version';
import { crd, findings } from '../support';

const both = crd([{ name: 'v1' }, { name: 'v1beta1' }]);

test('reports a version that is removed, and not one that is added', () => {
  const one = crd([{ name: 'v1' }]);
  expect(findings(crdVersion, [both], [one])).toEqual([
    expect.stringMatching(/^spec\.versions\[name=v1beta1\] \| Version v1beta1 is removed/),
  ]);
  expect(findings(crdVersion, [one], [both])).toEqual([]);
});

test('reports a version that is no longer served, and not one that is served again', () => {
  const unserved = crd([{ name: 'v1' }, { name: 'v1beta1', served: false }]);
  expect(findings(crdVersion, [both], [unserved])).toEqual([expect.stringContaining('Version v1beta1 is no longer served')]);
  expect(findings(crdVersion, [unserved], [both])).toEqual([]);
});
