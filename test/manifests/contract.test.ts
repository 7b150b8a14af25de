import { Yaml } from 'cdk8s';
import fc from 'fast-check';
import { parse } from 'yaml';
import type { Manifest } from '../../manifests/manifest';
import { type Need, type Reference, formatReference } from '../../manifests/reference';
import { type Contract, contractAnnotations, contractOf } from '../../manifests/contract';
import { holds, printableText } from '../properties';

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/);
const name = fc.oneof(
  label,
  fc.stringMatching(/^[a-z0-9]{1,8}(\.[a-z0-9]{1,8}){1,3}$/),
  label.map((text) => `system:${text}`),
);
const keys = fc.uniqueArray(fc.stringMatching(/^[-._a-zA-Z0-9]{1,12}(\/[A-Za-z]{1,8})?$/), { maxLength: 4 }).map((list) => list.sort());
const line = printableText().filter((text) => /^.*$/.test(text));
const remedy = fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => lines.join('\n'));

const reference: fc.Arbitrary<Reference> = fc
  .tuple(fc.stringMatching(/^[A-Z][A-Za-z]{0,15}$/), fc.option(label, { nil: undefined }), name, keys)
  .map(([kind, namespace, named, list]) => ({
    kind,
    ...(namespace && { namespace }),
    name: named,
    ...(list.length > 0 && { keys: list }),
  }));
const need: fc.Arbitrary<Need> = fc.tuple(reference, remedy).map(([what, text]) => ({ ...what, remedy: text }));
const references = fc.array(reference, { maxLength: 3 });

function manifest(contract: Contract): Manifest {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one', annotations: contractAnnotations(contract) } };
}

function withoutRemedies(needs: readonly Reference[] = []): Reference[] {
  return needs.map(({ kind, namespace, name: named, keys: list }) => ({
    kind,
    ...(namespace && { namespace }),
    name: named,
    ...(list && { keys: list }),
  }));
}

test('parses annotations back from YAML', () => {
  holds(
    fc.property(
      references,
      references,
      references,
      fc.array(need, { maxLength: 3 }),
      fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
      (makes, reads, operates, needs, holdsData) => {
        const written = parse(Yaml.stringify(manifest({ makes, reads, operates, needs, holdsData }))) as Manifest;
        const contract = contractOf(written);
        expect(withoutRemedies(contract.makes)).toEqual(makes);
        expect(withoutRemedies(contract.reads)).toEqual(reads);
        expect(withoutRemedies(contract.operates)).toEqual(operates);
        expect(contract.needs).toEqual(needs);
        expect(contract.holdsData).toBe(holdsData);
      },
    ),
  );
});

test('writes one short line for each reference', () => {
  const secret = { kind: 'Secret', namespace: 'cvat', name: 's3', keys: ['s3.conf'] };
  expect(
    contractAnnotations({
      makes: [
        { kind: 'Secret', namespace: 'cvat', name: 'login', keys: ['user', 'password'] },
        { kind: 'CustomResourceDefinition', name: 'widgets.example.org', keys: ['v1/Widget'] },
      ],
      reads: [{ kind: 'Service', name: 'database' }],
      needs: [{ ...secret, remedy: 'kubectl create secret …' }],
      holdsData: 'PostgreSQL my-postgres',
    }),
  ).toEqual({
    'platform.kapernikov.com/makes': 'Secret cvat/login: password, user\nCustomResourceDefinition widgets.example.org: v1/Widget',
    'platform.kapernikov.com/reads': 'Service database',
    'platform.kapernikov.com/needs': 'Secret cvat/s3: s3.conf <- kubectl create secret …',
    'platform.kapernikov.com/holds-data': 'PostgreSQL my-postgres',
  });
});

test('an empty contract has no annotations', () => {
  expect(contractAnnotations({ makes: [], reads: [], needs: [], holdsData: '' })).toEqual({});
  expect(contractAnnotations({})).toEqual({});
});

test('an object without annotations has an empty contract', () => {
  expect(contractOf({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'one' } })).toEqual({
    makes: [],
    reads: [],
    operates: [],
    needs: [],
  });
});

test('ignores invalid lines', () => {
  const annotations = { 'platform.kapernikov.com/makes': 'something, I forgot what\n\nService one\nService a/b/c' };
  const { makes } = contractOf({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'one', annotations } });
  expect(withoutRemedies(makes)).toEqual([{ kind: 'Service', name: 'one' }]);
});

test('sorts keys without changing the given list', () => {
  const list = Object.freeze(['user', 'password']);
  expect(formatReference({ kind: 'Secret', name: 'one', keys: list })).toBe('Secret one: password, user');
});
