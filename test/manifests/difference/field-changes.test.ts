import fc from 'fast-check';
import { fieldChanges } from '../../../manifests/difference/field-changes';
import { formatChangePath } from '../../../manifests/difference/field-change';
import type { Manifest } from '../../../manifests/manifest';
import { deployment, object } from '../../checks/support';
import { holds } from '../../properties';

/** `path: before -> after`, with ` (same)` where both mean the same. */
function changes(before: Manifest, after: Manifest): string[] {
  return fieldChanges(before, after).map(
    ({ path, before: old, after: next, isEquivalent }) =>
      `${formatChangePath(path)}: ${JSON.stringify(old)} -> ${JSON.stringify(next)}${isEquivalent ? ' (same)' : ''}`,
  );
}

const pod = (...containers: readonly object[]): Manifest => object('v1', 'Pod', 'a/b', { spec: { containers } });
const spec = (apiVersion: string, kind: string, fields: object): Manifest => object(apiVersion, kind, 'a/b', { spec: fields });

describe('lists', () => {
  test('of containers are matched by name', () => {
    expect(
      changes(pod({ name: 'a', image: 'x:1' }, { name: 'b', image: 'y:1' }), pod({ name: 'b', image: 'y:2' }, { name: 'a', image: 'x:1' })),
    ).toEqual(['spec.containers[name=b].image: "y:1" -> "y:2"']);
  });

  test('of ports are matched by number and protocol, which is TCP where it is left out', () => {
    const ports = (...all: readonly object[]): Manifest => pod({ name: 'a', ports: all });
    expect(
      changes(
        ports({ containerPort: 53, protocol: 'UDP', name: 'dns' }, { containerPort: 53, protocol: 'TCP' }),
        ports({ containerPort: 53 }, { containerPort: 53, protocol: 'UDP', name: 'domain' }),
      ),
    ).toEqual([
      'spec.containers[name=a].ports[containerPort=53].protocol: "TCP" -> undefined (same)',
      'spec.containers[name=a].ports[containerPort=53,protocol=UDP].name: "dns" -> "domain"',
    ]);
  });

  test('of arguments are one value, because their order matters', () => {
    expect(changes(pod({ name: 'a', args: ['x', 'y'] }), pod({ name: 'a', args: ['y', 'x'] }))).toEqual([
      'spec.containers[name=a].args: ["x","y"] -> ["y","x"]',
    ]);
  });

  test('whose order has no meaning are compared as sets', () => {
    const role = (...rules: readonly object[]): Manifest => object('rbac.authorization.k8s.io/v1', 'Role', 'a/b', { rules });
    const rule = (resource: string, ...verbs: readonly string[]): object => ({ apiGroups: [''], resources: [resource], verbs });
    expect(
      changes(role(rule('pods', 'get', 'list'), rule('secrets', 'get')), role(rule('secrets', 'get'), rule('pods', 'list', 'get'))),
    ).toEqual([expect.stringMatching(/^rules\[1\]: .* \(same\)$/)]);
    expect(changes(role(rule('pods', 'get'), rule('secrets', 'get')), role(rule('secrets', 'get'), rule('pods', 'get', 'list')))).toEqual([
      'rules[1].verbs: ["get"] -> ["get","list"]',
    ]);
  });

  test('of routes keep their order', () => {
    const route = (...paths: readonly string[]): Manifest =>
      spec('gateway.networking.k8s.io/v1', 'HTTPRoute', { rules: paths.map((value) => ({ matches: [{ path: { value } }] })) });
    expect(changes(route('/a', '/b'), route('/b', '/a'))).toHaveLength(2);
  });

  test('with the order of variables, which can use those before them', () => {
    const env = (...names: readonly string[]): Manifest => pod({ name: 'a', env: names.map((name) => ({ name, value: 'x' })) });
    expect(fieldChanges(env('A', 'B'), env('B', 'A'))).toEqual([expect.objectContaining({ isEquivalent: false })]);
  });
});

test.each([
  ['storage', '1Gi', '1024Mi', true],
  ['storage', '1Gi', '1G', false],
  ['cpu', '0.5', '500m', true],
  ['cpu', 1, '1', true],
  ['memory', '1e3', '1k', true],
])('the quantity %s: %j and %j are the same: %s', (name, one, other, same) => {
  const request = (value: unknown): Manifest => spec('v1', 'PersistentVolumeClaim', { resources: { requests: { [name]: value } } });
  expect(fieldChanges(request(one), request(other)).map(({ isEquivalent }) => isEquivalent)).toEqual([same]);
  expect(fieldChanges(request(other), request(one)).map(({ isEquivalent }) => isEquivalent)).toEqual([same]);
});

test.each([
  ['interval', '60s', '1m', true],
  ['timeout', '1h', '60m0s', true],
  ['timeout', '1m', '1ms', false],
  ['schedule', '60s', '1m', false],
])('the duration %s: %s and %s are the same: %s', (name, one, other, same) => {
  const release = (value: string): Manifest => spec('helm.toolkit.fluxcd.io/v2', 'HelmRelease', { [name]: value });
  expect(fieldChanges(release(one), release(other)).map(({ isEquivalent }) => isEquivalent)).toEqual([same]);
});

test('a default that is written out means the same as none, and another value does not', () => {
  const one = spec('apps/v1', 'Deployment', {});
  const written = spec('apps/v1', 'Deployment', { replicas: 1, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } } });
  for (const [before, after] of [
    [one, written],
    [written, one],
  ] as const)
    expect(fieldChanges(before, after).every(({ isEquivalent }) => isEquivalent)).toBe(true);
  expect(changes(one, spec('apps/v1', 'Deployment', { replicas: 2 }))).toEqual(['spec.replicas: undefined -> 2']);
});

test('text in a ConfigMap means what it says', () => {
  const config = (timeout: string): Manifest => object('v1', 'ConfigMap', 'a/b', { data: { timeout } });
  expect(changes(config('60s'), config('1m'))).toEqual(['data.timeout: "60s" -> "1m"']);
});

test('the status is not compared', () => {
  expect(changes({ ...deployment(), status: { replicas: 1 } }, { ...deployment(), status: { replicas: 2 } })).toEqual([]);
});

test('names with dots are quoted in paths', () => {
  expect(formatChangePath(['metadata', 'annotations', 'example.org/a'])).toBe('metadata.annotations["example.org/a"]');
});

test('a value does not differ from a copy of it, and one that differs has a change', () => {
  holds(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()), (one, other) => {
      const [before, after] = [one, other].map((data) => object('example.org/v1', 'Widget', 'a/b', { spec: data }));
      if (!before || !after) return;
      expect(fieldChanges(before, structuredClone(before))).toEqual([]);
      const different = JSON.stringify(before) !== JSON.stringify(after);
      const found = fieldChanges(before, after).length > 0;
      if (found) expect(different).toBe(true);
      expect(fieldChanges(after, before).length > 0).toBe(found);
    }),
  );
});
