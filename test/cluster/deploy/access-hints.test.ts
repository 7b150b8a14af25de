import { ApiError } from '../../../cluster/api/api-error';
import { type AccessHints, accessHints } from '../../../cluster/deploy/access-hints';
import { readDist } from '../../../cluster/dist';
import { DIST } from '../../fixtures/dist';
import { MemoryCluster } from '../support/memory-cluster';
import { distOf, manifest } from '../support/objects';
import type { Manifest } from '../../../manifests/manifest';

const ingress = (spec: object, status?: object): Manifest =>
  manifest('networking.k8s.io/v1 Ingress cvat/one', { spec, ...(status && { status }) });
const address = (...all: object[]): object => ({ loadBalancer: { ingress: all } });
const on = (cluster: MemoryCluster, ...objects: Manifest[]): Promise<AccessHints> =>
  accessHints(cluster, distOf({ '10-one': objects }).stages);

describe('an Ingress', () => {
  const rules = [{ host: 'a.local' }, { host: 'b.local' }, {}];
  const spec = { rules, tls: [{ hosts: ['b.local'] }, {}] };

  test('gives a URL for each host, https where tls names the host', async () => {
    expect(await on(new MemoryCluster(), ingress(spec))).toEqual({
      urls: ['http://a.local', 'https://b.local'],
      hosts: [],
      credentials: [],
    });
  });

  test('gives a line for /etc/hosts when it has an IP address', async () => {
    const cluster = new MemoryCluster(ingress(spec, address({ hostname: 'lb.example.org' }, { ip: '10.0.0.1' })));
    expect((await on(cluster, ingress(spec))).hosts).toEqual(['10.0.0.1 a.local', '10.0.0.1 b.local']);
  });

  test.each([
    ['has no address yet', {}],
    ['is behind a load balancer with a name', address({ hostname: 'lb.example.org' })],
  ])('gives no line for /etc/hosts when it %s', async (_, status) => {
    expect((await on(new MemoryCluster(ingress(spec, status)), ingress(spec))).hosts).toEqual([]);
  });

  test('gives a URL once when another Ingress has the same host', async () => {
    const both = ['one', 'two'].map((name) =>
      manifest(`networking.k8s.io/v1 Ingress cvat/${name}`, { spec: { rules: [{ host: 'a.local' }] } }),
    );
    expect((await on(new MemoryCluster(), ...both)).urls).toEqual(['http://a.local']);
  });
});

describe('an HTTPRoute', () => {
  const route = (parent: object): Manifest =>
    manifest('gateway.networking.k8s.io/v1 HTTPRoute cvat/one', { spec: { hostnames: ['a.local'], parentRefs: [parent] } });
  const gateway = manifest('gateway.networking.k8s.io/v1 Gateway edge/main', {
    spec: {
      listeners: [
        { name: 'plain', protocol: 'HTTP' },
        { name: 'secure', protocol: 'HTTPS' },
      ],
    },
    status: { addresses: [{ type: 'Hostname', value: 'lb.example.org' }, { value: '10.0.0.1' }] },
  });

  test.each([
    ['plain', 'http://a.local'],
    ['secure', 'https://a.local'],
  ])('takes scheme and address from listener %s of its Gateway', async (sectionName, url) => {
    expect(await on(new MemoryCluster(gateway), route({ name: 'main', namespace: 'edge', sectionName }))).toEqual({
      urls: [url],
      hosts: ['10.0.0.1 a.local'],
      credentials: [],
    });
  });

  test('looks for its Gateway in its own namespace by default', async () => {
    const own = { ...gateway, metadata: { ...gateway.metadata, namespace: 'cvat' } };
    expect((await on(new MemoryCluster(own), route({ name: 'main', sectionName: 'plain' }))).urls).toEqual(['http://a.local']);
    expect((await on(new MemoryCluster(), route({ name: 'main' }))).hosts).toEqual([]);
  });
});

test('leaves out the address when RBAC denies get', async () => {
  const cluster = new MemoryCluster();
  jest.spyOn(cluster, 'get').mockRejectedValue(new ApiError(403, { reason: 'Forbidden' }));
  const route = manifest('gateway.networking.k8s.io/v1 HTTPRoute cvat/one', {
    spec: { hostnames: ['a.local'], parentRefs: [{ name: 'x' }] },
  });
  expect(await on(cluster, ingress({ rules: [{ host: 'b.local' }] }), route)).toMatchObject({
    urls: ['http://b.local', 'https://a.local'],
    hosts: [],
  });
});

test('names the Secrets with user and password that dist makes', async () => {
  const makes = [
    { kind: 'Secret', namespace: 'cvat', name: 'login', keys: ['user', 'password'] },
    { kind: 'Secret', namespace: 'cvat', name: 'certificate', keys: ['tls.key'] },
    { kind: 'ConfigMap', namespace: 'cvat', name: 'odd', keys: ['password'] },
  ];
  expect((await on(new MemoryCluster(), manifest('v1 ConfigMap cvat/one', { contract: { makes } }))).credentials).toEqual([
    'Secret cvat/login',
  ]);
});

test("gives the URL of CVAT and the Secrets of its database and users for this project's dist", async () => {
  const hints = await accessHints(new MemoryCluster(), readDist(DIST).stages);
  expect(hints.urls).toEqual([expect.stringMatching(/^https?:\/\/cvat\./)]);
  expect(hints.credentials).toContain('Secret cvat/my-postgres-pguser-cvat');
});
