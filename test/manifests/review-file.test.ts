import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '../../manifests/manifest';
import { formatReviewHeader, madeObjects, readReviewHeader, reviewInputs } from '../../manifests/review-file';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'review-file-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test('reads the header that it wrote, and no line of the objects', () => {
  const header = {
    inputs: 'abc',
    makes: [
      { kind: 'CustomResourceDefinition', name: 'gadgets.example.org', keys: ['v1/Gadget', 'v1beta1/Gadget'] },
      { kind: 'Service', namespace: 'tools', name: 'gadget' },
    ],
  };
  const file = join(folder, 'local.yaml');
  writeFileSync(file, `${formatReviewHeader('# local/gadget', header)}---\n# templates/a.yaml\nkind: A\n# makes: Service other\n`);
  expect(readReviewHeader(file)).toEqual(header);
  expect(readReviewHeader(join(folder, 'other.yaml'))).toBeUndefined();
});

test('the inputs change with the chart, its archive, the release and its values', () => {
  const inputs = { source: 'https://charts.example.org app 1.0.0', archive: 'abc', name: 'app', namespace: 'tools', values: { a: 1 } };
  const others = [{ source: 'x' }, { archive: 'x' }, { name: 'x' }, { namespace: 'x' }, { values: {} }];
  const all = [inputs, ...others.map((other) => ({ ...inputs, ...other }))].map(reviewInputs);
  expect(new Set(all).size).toBe(6);
  expect(reviewInputs({ ...inputs })).toBe(all[0]);
});

test('a chart makes its Services and its CRDs, with what they serve', () => {
  const object = (apiVersion: string, kind: string, name: string, more: object = {}): Manifest => ({
    apiVersion,
    kind,
    metadata: { name, ...(kind !== 'CustomResourceDefinition' && { namespace: 'tools' }) },
    ...more,
  });
  const spec = { group: 'example.org', names: { kind: 'Gadget' }, versions: [{ name: 'v1' }, { name: 'v1beta1' }] };
  const objects = [
    object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'gadgets.example.org', { spec }),
    object('v1', 'Service', 'gadget'),
    object('serving.knative.dev/v1', 'Service', 'gadget'),
    object('apps/v1', 'Deployment', 'gadget'),
  ];
  expect(madeObjects(objects)).toEqual([
    { kind: 'CustomResourceDefinition', name: 'gadgets.example.org', keys: ['v1/Gadget', 'v1beta1/Gadget'] },
    { kind: 'Service', namespace: 'tools', name: 'gadget' },
  ]);
});
