import { openRegistration } from '../../../review/rules/open-registration';
import { findings, helmChart, object } from '../support';

const path = (value: string, service: string): object => ({ backendRefs: [{ name: service }], matches: [{ path: { value } }] });
const route = (...rules: readonly object[]): ReturnType<typeof object> =>
  object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'cvat/cvat', { spec: { rules } });
const api = path('/api', 'cvat-backend-service');
const closed = route(path('/api/auth/register', 'cvat-frontend-service'), api);
const chart = helmChart({ chart: 'oci://registry-1.docker.io/cvat/cvat', valuesContent: 'ingress: { enabled: true }' });
const closing = object('networking.k8s.io/v1', 'Ingress', 'cvat/closed', {
  spec: { rules: [{ http: { paths: [{ path: '/api/auth/register', backend: { service: { name: 'cvat-frontend-service' } } }] } }] },
});

test('reports an HTTPRoute that leads the registration to the backend, and not the reverse', () => {
  expect(findings(openRegistration, [closed], [route(api)])).toEqual([
    "Visitors can register an account: /api/auth/register reaches CVAT's backend. Route this path to CVAT's frontend.",
  ]);
  expect(findings(openRegistration, [route(api)], [closed])).toEqual([]);
});

test("reports that the Ingress is removed that closes what the chart's own one opens, and not that it is added", () => {
  expect(findings(openRegistration, [chart, closing], [chart])).toHaveLength(1);
  expect(findings(openRegistration, [chart], [chart, closing])).toEqual([]);
});

test('accepts routes of other software', () => {
  expect(findings(openRegistration, [], [route(path('/api', 'other'))])).toEqual([]);
});
