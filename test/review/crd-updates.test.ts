import { report } from '../../review/format/report';
import { text } from '../../review/format/text';
import { review } from '../../review/review';
import { storedCrd } from '../../manifests/stored-crds';
import type { Manifest } from '../../manifests/manifest';
import { crd, object, tree } from './support';

/** The lines of a report below those objects that differ. */
function lines(before: Manifest, after: Manifest): string[] {
  const written = text(report(review(tree([before]), tree([after])), 'main')).split('\n');
  return written
    .slice(written.findIndex((line) => line.includes('All changes')))
    .filter((line) => /^ {3,}(?! |changed)/.test(line))
    .map((line) => line.trim());
}

const version = (spec: object, name = 'v1'): { name: string; schema: Record<string, unknown> } => ({
  name,
  schema: { type: 'object', properties: { spec: { type: 'object', ...spec } } },
});

test('a changed CRD is reported by the fields of its objects: what is added, removed and narrowed, and then what is left', () => {
  const before = crd([
    version({
      properties: {
        gone: { type: 'string' },
        port: { type: 'integer', maximum: 10, default: 1 },
        list: { type: 'array', items: { type: 'string' } },
      },
    }),
    version({}, 'v0'),
  ]);
  const after = crd([
    version({
      properties: {
        port: { type: 'integer', maximum: 5, default: 2 },
        list: { type: 'array', items: { type: 'integer' } },
        more: { type: 'object', properties: { a: { type: 'string' } } },
      },
      required: ['more'],
    }),
    version({}, 'v2'),
  ]);
  expect(lines(before, after)).toEqual([
    'v1 spec: narrowed, required: also more',
    'v1 spec.gone: removed',
    'v1 spec.port: narrowed, maximum: 10 -> 5',
    'v1 spec.list[]: narrowed, type: string -> integer',
    'v1 spec.more: added',
    'v0: removed',
    'v2: added',
    'spec.versions[name=v1].schema.openAPIV3Schema.properties.spec.properties.port.default: 1 -> 2',
  ]);
});

test('a CRD that accepts more, and another object, are reported by their fields', () => {
  const [narrow, wide] = [5, 10].map((maximum) => crd([version({ properties: { port: { type: 'integer', maximum } } })])) as [
    Manifest,
    Manifest,
  ];
  expect(lines(narrow, wide)).toEqual(['spec.versions[name=v1].schema.openAPIV3Schema.properties.spec.properties.port.maximum: 5 -> 10']);
  const map = (data: string): Manifest => object('v1', 'ConfigMap', 'apps/a', { data: { a: data } });
  expect(lines(map('1'), map('2'))).toEqual(['data.a: 1 -> 2']);
});

test("a field that PGO's CRD loses is one line, and data at risk", () => {
  const before = storedCrd('postgres-operator.crunchydata.com_postgresclusters.json');
  const after = JSON.parse(JSON.stringify(before), (key, value: unknown) => (key === 'shutdown' ? undefined : value)) as Manifest;
  expect(lines(before, after)).toEqual(['v1beta1 spec.shutdown: removed']);
  const { findings } = review(tree([before]), tree([after]));
  expect(findings.map(({ rule, class: kind, message }) => `${kind} ${rule} ${message}`)).toEqual([
    expect.stringMatching(/^data crd-field v1beta1 loses spec\.shutdown: /),
  ]);
});
