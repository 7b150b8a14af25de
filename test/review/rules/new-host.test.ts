import { newHost } from '../../../review/rules/new-host';
import { findings, helmChart, object } from '../support';

const ingress = (...hosts: readonly string[]): ReturnType<typeof object> =>
  object('networking.k8s.io/v1', 'Ingress', 'cvat/cvat', { spec: { rules: hosts.map((host) => ({ host })) } });
const route = (...hostnames: readonly string[]): ReturnType<typeof object> =>
  object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'cvat/cvat', { spec: { hostnames } });
const service = (type: string): ReturnType<typeof object> => object('v1', 'Service', 'cvat/web', { spec: { type } });

test('reports a host that is new, and not one that is removed', () => {
  expect(findings(newHost, [ingress('a.example.org')], [ingress('a.example.org', 'b.example.org')])).toEqual([
    'New public address: b.example.org.',
  ]);
  expect(findings(newHost, [ingress('a.example.org', 'b.example.org')], [ingress('a.example.org')])).toEqual([]);
});

test('accepts a known host in another object', () => {
  expect(findings(newHost, [ingress('a.example.org')], [route('a.example.org')])).toEqual([]);
});

test('reports a Service with an address outside of the cluster, and not the reverse', () => {
  expect(findings(newHost, [service('ClusterIP')], [service('LoadBalancer')])).toEqual([
    'New public address: LoadBalancer of Service cvat/web.',
  ]);
  expect(findings(newHost, [service('LoadBalancer')], [service('ClusterIP')])).toEqual([]);
});

test("reports a host in a chart's values, unless it is disabled", () => {
  const chart = (enabled: boolean): ReturnType<typeof helmChart> =>
    helmChart({ valuesContent: `ingress: { enabled: ${enabled}, hostname: cvat.example.org }` });
  expect(findings(newHost, [chart(false)], [chart(true)])).toEqual(['New public address: cvat.example.org.']);
  expect(findings(newHost, [chart(true)], [chart(false)])).toEqual([]);
});
