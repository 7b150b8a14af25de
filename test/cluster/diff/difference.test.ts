import { LAST_APPLIED_ANNOTATION } from '../../../cluster/diff/abandoned';
import { differenceOf } from '../../../cluster/diff/difference';
import type { Manifest } from '../../../manifests/manifest';
import { configMap, live, secret } from './support';

const FILE = 'dist/50-cvat.k8s.yaml';
const NONE = { kind: 'none', text: '' };

test('what changes is shown as a unified diff that says where both sides come from', () => {
  const before = configMap({ a: '1', b: '1', c: '1', d: '1', e: '1', f: '1' });
  const after = configMap({ a: '1', b: '1', c: '1', d: '1', e: '2', f: '1' });
  expect(differenceOf(live(before), live(after, { resourceVersion: '2' }), FILE)).toEqual({
    kind: 'changed',
    text: `--- ConfigMap cvat/one on the cluster
+++ ConfigMap cvat/one in dist/50-cvat.k8s.yaml
@@ -8,5 +8,5 @@
   b: "1"
   c: "1"
   d: "1"
-  e: "1"
+  e: "2"
   f: "1"`,
  });
});

test('what the API server keeps for itself, a status, and the order of keys are no difference', () => {
  const before = live(configMap({ b: '1', a: '1' }), { managedFields: [] });
  const after = live({ ...configMap({ a: '1', b: '1' }), status: { phase: 'new' } }, { resourceVersion: '2' });
  expect(differenceOf(before, after, FILE)).toEqual(NONE);
  expect(differenceOf(before, { ...after, spec: undefined }, FILE)).toEqual(NONE);
});

test("ignores kubectl's last-applied annotation: deploy removes it", () => {
  const noted = live(configMap({ a: '1' }, { [LAST_APPLIED_ANNOTATION]: '{"data":{"a":"1"}}' }));
  expect(differenceOf(noted, live(configMap({ a: '1' })), FILE)).toEqual(NONE);
  expect(differenceOf(noted, live(configMap({ a: '2' })), FILE).text).not.toContain('last-applied');
});

test('other annotations and labels are differences', () => {
  const { text } = differenceOf(live(configMap({})), live(configMap({}, { 'example.org/one': 'two' })), FILE);
  expect(text.split('\n').filter((line) => /^[+-] /.test(line))).toEqual(['+  annotations:', '+    example.org/one: two']);
});

test('an object that is not on the cluster is shown whole', () => {
  expect(differenceOf(undefined, configMap({ a: '1' }), FILE)).toEqual({
    kind: 'created',
    text: `--- ConfigMap cvat/one is not on the cluster
+++ ConfigMap cvat/one in dist/50-cvat.k8s.yaml
@@ -0,0 +1,7 @@
+apiVersion: v1
+kind: ConfigMap
+metadata:
+  name: one
+  namespace: cvat
+data:
+  a: "1"`,
  });
});

test('shows all lines of an object that would be deleted', () => {
  const { kind, text } = differenceOf(live(configMap({ a: '1' })), undefined, FILE);
  expect(kind).toBe('removed');
  expect(text).toContain(
    '--- ConfigMap cvat/one on the cluster\n+++ ConfigMap cvat/one is no longer in dist\n@@ -1,7 +0,0 @@\n-apiVersion: v1',
  );
});

test('of a large object that comes or goes, the beginning is shown; a change in it is shown whole', () => {
  const large = (value: string): Manifest =>
    configMap(Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`key${index}`, value])));
  const created = differenceOf(undefined, large('1'), FILE).text.split('\n');
  expect(created).toHaveLength(104);
  expect(created.at(-1)).toBe('… and 306 more lines');
  expect(differenceOf(live(large('1')), undefined, FILE).text.split('\n')).toHaveLength(104);
  expect(differenceOf(live(large('1')), live(large('2')), FILE).text.split('\n').length).toBeGreaterThan(800);
});

test('YAML inside an object is compared line by line', () => {
  const chart = (valuesContent: string): Manifest => ({
    apiVersion: 'helm.cattle.io/v1',
    kind: 'HelmChart',
    metadata: { name: 'cvat', namespace: 'kube-system' },
    spec: { valuesContent, version: '1.0.0' },
  });
  const { text } = differenceOf(live(chart('a: 1\nb:\n  c: 2\n')), live(chart('a: 1\nb:\n  c: 3\n')), FILE);
  expect(text.split('\n').filter((line) => /^[+-] /.test(line))).toEqual(['-      c: 2', '+      c: 3']);
});

test('no value of a Secret is shown', () => {
  const [old, fresh] = [
    { password: 'b2xk', same: 'c2FtZQ==', gone: 'Z29uZQ==' },
    { password: 'bmV3', same: 'c2FtZQ==' },
  ];
  const { text } = differenceOf(live(secret({ data: old })), live(secret({ data: fresh })), FILE);
  expect(text.split('\n').slice(-6)).toEqual([
    ' data:',
    '-  gone: "***"',
    '-  password: "*** (before)"',
    '+  password: "*** (after)"',
    '   same: "***"',
    ' type: Opaque',
  ]);
});

test('control characters of a cluster do not reach the terminal', () => {
  const { text } = differenceOf(undefined, configMap({ a: '\u001b[2J', b: 'one\n\u009b2J' }), FILE);
  // eslint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
});

test('of more changes than a person reads, only that there are such is shown', () => {
  const large = (value: string): Manifest =>
    configMap(Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`key${index}`, value])));
  const { kind, text } = differenceOf(live(large('1')), live(large('2')), FILE);
  expect({ kind, lines: text.split('\n').slice(2) }).toEqual({
    kind: 'changed',
    lines: ['… more than 1000 lines change: too many to show them'],
  });
});
