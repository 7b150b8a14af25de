import type { Manifest } from '../../../manifests/manifest';
import { objectSize } from '../../../checks/rules/object-size';
import { findings, object } from '../support';

/** An object of exactly this many bytes. Its text has characters of two bytes: what counts is bytes. */
function sized(bytes: number): Manifest {
  const empty = Buffer.byteLength(JSON.stringify(object('v1', 'ConfigMap', 'big', { data: { text: '' } })));
  const rest = bytes - empty;
  return object('v1', 'ConfigMap', 'big', { data: { text: 'é'.repeat(Math.floor(rest / 2)) + 'x'.repeat(rest % 2) } });
}

test('what fits into the annotation of kubectl apply is silent', () => {
  expect(findings(objectSize, sized(262_144))).toEqual([]);
});

test('one byte more must be applied on the server side', () => {
  expect(findings(objectSize, sized(262_145))).toEqual([
    'ConfigMap big | it has 262145 bytes as JSON, and `kubectl apply` stores at most 262144 in its annotation. | Apply it with --server-side, which stores no copy, and acknowledge this.',
  ]);
  expect(findings(objectSize, sized(1_572_864))).toHaveLength(1);
});

test('what etcd does not take cannot be applied at all', () => {
  expect(findings(objectSize, sized(1_572_865))).toEqual([
    'ConfigMap big | it has 1572865 bytes as JSON, and etcd takes at most 1572864. | Make it smaller or split it: no way of applying it will do.',
  ]);
});
