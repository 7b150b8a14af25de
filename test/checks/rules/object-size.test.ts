import type { Manifest } from '../../../manifests/manifest';
import { objectSize } from '../../../checks/rules/object-size';
import { findings, object } from '../support';

/** An object of exactly this many bytes. Its text has characters of two bytes: what counts is bytes. */
function sized(bytes: number): Manifest {
  const empty = Buffer.byteLength(JSON.stringify(object('v1', 'ConfigMap', 'big', { data: { text: '' } })));
  const rest = bytes - empty;
  return object('v1', 'ConfigMap', 'big', { data: { text: 'é'.repeat(Math.floor(rest / 2)) + 'x'.repeat(rest % 2) } });
}

test('accepts an object that fits into the annotation of kubectl apply', () => {
  expect(findings(objectSize, sized(262_144))).toEqual([]);
});

test('reports an object that needs server-side apply', () => {
  expect(findings(objectSize, sized(262_145))).toEqual([
    'ConfigMap big | must have at most 262144 bytes as JSON, because kubectl apply stores the object in an annotation; got 262145. | Apply it with --server-side, which stores no copy, and acknowledge this finding.',
  ]);
  expect(findings(objectSize, sized(1_572_864))).toHaveLength(1);
});

test('reports an object that exceeds the limit of etcd', () => {
  expect(findings(objectSize, sized(1_572_865))).toEqual([
    'ConfigMap big | must have at most 1572864 bytes as JSON, the limit of etcd; got 1572865. | Split it or remove content.',
  ]);
});
