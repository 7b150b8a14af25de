import { ApiCluster } from '../../../cluster/api/api-cluster';
import { Http } from '../../../cluster/api/http';
import { ApiServer, type Asked } from '../support/api-server';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', name: 'cvat' };
const POD = { apiVersion: 'v1', kind: 'Pod', namespace: 'cvat', name: 'one' };
const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'cvat', name: 'one' };
const ROLE = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'system:node/one' };
const UNKNOWN = { apiVersion: 'example.org/v1', kind: 'Widget', namespace: 'cvat', name: 'one' };

interface ServedKind {
  readonly resource: string;
  readonly kind: string;
  readonly scope: 'Namespaced' | 'Cluster';
}

/** A group as the aggregated discovery has it. */
function group(name: string, version: string, ...kinds: readonly ServedKind[]): object {
  const resources = kinds.map(({ resource, kind, scope }) => ({
    resource,
    responseKind: { group: name, version: '', kind },
    scope,
    verbs: ['get', 'list'],
  }));
  return { metadata: name === '' ? { creationTimestamp: null } : { name }, versions: [{ version, resources }] };
}

const CORE = group(
  '',
  'v1',
  { resource: 'namespaces', kind: 'Namespace', scope: 'Cluster' },
  { resource: 'pods', kind: 'Pod', scope: 'Namespaced' },
);
const GROUPS = [
  group('apps', 'v1', { resource: 'deployments', kind: 'Deployment', scope: 'Namespaced' }),
  group('rbac.authorization.k8s.io', 'v1', { resource: 'clusterroles', kind: 'ClusterRole', scope: 'Cluster' }),
];

let server: ApiServer;
let cluster: ApiCluster;
/** What the API server answers to anything but the discovery. */
let answer: (asked: Asked) => { status?: number; json: unknown };
let groups: object[];

beforeEach(async () => {
  [answer, groups] = [() => ({ json: {} }), GROUPS];
  server = await ApiServer.start();
  server.handler = (asked) => {
    if (asked.path === '/api') return { json: { kind: 'APIGroupDiscoveryList', items: [CORE] } };
    if (asked.path === '/apis') return { json: { kind: 'APIGroupDiscoveryList', items: groups } };
    return answer(asked);
  };
  cluster = new ApiCluster(new Http(server.connection));
});
afterEach(() => server.stop());

/** What was asked for after the discovery. */
const lines = (): string[] => server.lines.filter((line) => !/ \/(apis?|readyz)$/.test(line));
const last = (): Asked => server.asked.at(-1) as Asked;
const conflict = { status: 409, json: { reason: 'Conflict', message: 'the UID in the precondition is another' } };
const notFound = { status: 404, json: { reason: 'NotFound', message: 'not found' } };

test('reads objects without a namespace from the namespace of the context', () => {
  expect(cluster.namespace).toBe('mine');
});

describe('existing names', () => {
  test('are read by one request, without the objects', async () => {
    answer = () => ({ json: { metadata: {}, items: [{ metadata: { name: 'one' } }, { metadata: { name: 'two' } }] } });
    expect(await cluster.existingNames(POD, { namespace: 'cvat', most: 500 })).toEqual(new Set(['one', 'two']));
    expect(lines()).toEqual(['GET /api/v1/namespaces/cvat/pods?limit=500']);
    expect(last().headers.accept).toMatch(/^application\/json;as=PartialObjectMetadataList;g=meta\.k8s\.io;v=v1,/);
  });

  test('are read with the objects where an aggregated API has no other form', async () => {
    answer = ({ headers }) =>
      headers.accept?.split(',').includes('application/json')
        ? { json: { metadata: {}, items: [{ metadata: { name: 'one' }, spec: {} }] } }
        : { status: 406, json: { reason: 'NotAcceptable' } };
    expect(await cluster.existingNames(POD, { namespace: 'cvat', most: 500 })).toEqual(new Set(['one']));
  });

  test('are not known where there are more of them', async () => {
    answer = () => ({ json: { metadata: { continue: 'next' }, items: [{ metadata: { name: 'one' } }] } });
    expect(await cluster.existingNames(POD, { namespace: 'cvat', most: 1 })).toBeUndefined();
  });

  test('are none in an empty list, which has null for its items', async () => {
    answer = () => ({ json: { metadata: {}, items: null } });
    expect(await cluster.existingNames(POD, { namespace: 'cvat', most: 500 })).toEqual(new Set());
  });

  test('are none of a kind that is not served', async () => {
    expect(await cluster.existingNames(UNKNOWN, { namespace: 'cvat', most: 1 })).toEqual(new Set());
    expect(lines()).toEqual([]);
  });
});

describe('the discovery', () => {
  test('requests aggregated discovery once', async () => {
    expect(await cluster.resource(DEPLOYMENT)).toEqual({ name: 'deployments', namespaced: true, verbs: ['get', 'list'] });
    expect(await cluster.resource(NAMESPACE)).toMatchObject({ name: 'namespaces', namespaced: false });
    expect(server.lines.sort()).toEqual(['GET /api', 'GET /apis', 'GET /readyz']);
    expect(last().headers.accept).toBe(
      'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
    );
  });

  test('knows only served versions, and no kind of another group', async () => {
    expect(await cluster.resource({ ...DEPLOYMENT, apiVersion: 'apps/v1beta1' })).toBeUndefined();
    expect(await cluster.resource({ ...DEPLOYMENT, apiVersion: 'v1' })).toBeUndefined();
  });

  test('accepts answers of Kubernetes before 1.30, and of groups that are not available', async () => {
    groups = [
      { metadata: { name: 'metrics.k8s.io' }, versions: [{ version: 'v1beta1', freshness: 'Stale' }] },
      {
        metadata: { name: 'odd.example.org' },
        versions: [{ version: 'v1', resources: [{ resource: 'odds', scope: 'Cluster', verbs: [] }] }],
      },
      ...GROUPS,
    ];
    expect(await cluster.resource(ROLE)).toMatchObject({ name: 'clusterroles' });
  });

  test('is repeated after rediscover', async () => {
    expect(await cluster.get(UNKNOWN)).toBeUndefined();
    groups = [...GROUPS, group('example.org', 'v1', { resource: 'widgets', kind: 'Widget', scope: 'Namespaced' })];
    expect(await cluster.get(UNKNOWN)).toBeUndefined();
    cluster.rediscover();
    expect(await cluster.get(UNKNOWN)).toBeDefined();
    expect(lines()).toEqual(['GET /apis/example.org/v1/namespaces/cvat/widgets/one']);
  });
});

test.each([
  [NAMESPACE, '/api/v1/namespaces/cvat'],
  [POD, '/api/v1/namespaces/cvat/pods/one'],
  [DEPLOYMENT, '/apis/apps/v1/namespaces/cvat/deployments/one'],
  [ROLE, '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode%2Fone'],
])('%j has a path of its own', async (key, path) => {
  answer = () => ({ json: { kind: key.kind } });
  expect(await cluster.get(key)).toEqual({ kind: key.kind });
  expect(lines()).toEqual([`GET ${path}`]);
});

test('reads an object whose version is no longer served in another, but does not apply it there', async () => {
  const old = { ...DEPLOYMENT, apiVersion: 'apps/v1beta1' };
  answer = () => ({ json: { metadata: {}, items: [] } });
  await cluster.get(old);
  await cluster.delete(old);
  await cluster.list({ apiVersion: old.apiVersion, kind: old.kind });
  const path = '/apis/apps/v1/namespaces/cvat/deployments';
  expect(lines()).toEqual([`GET ${path}/one`, `DELETE ${path}/one`, `GET /apis/apps/v1/deployments?limit=5000`]);
  const { namespace, name, ...kind } = old;
  await expect(cluster.apply({ ...kind, metadata: { namespace, name } })).rejects.toMatchObject({ code: 404 });
});

test('get returns undefined for an object that is not found, and for a kind that is not served', async () => {
  answer = () => notFound;
  expect(await cluster.get(POD)).toBeUndefined();
  expect(await cluster.get(UNKNOWN)).toBeUndefined();
  expect(lines()).toEqual(['GET /api/v1/namespaces/cvat/pods/one']);
});

test('get throws other errors', async () => {
  answer = () => ({ status: 403, json: { message: 'no' } });
  await expect(cluster.get(POD)).rejects.toMatchObject({ code: 403 });
  await expect(cluster.delete(POD)).rejects.toMatchObject({ code: 403 });
});

test('refuses to get a namespaced object without a namespace', async () => {
  await expect(cluster.get({ apiVersion: 'v1', kind: 'Pod', name: 'one' })).rejects.toThrow('Pod one: metadata.namespace: must be set');
});

describe('a list', () => {
  test('has the items of all pages, with apiVersion and kind', async () => {
    answer = ({ path }) => {
      const next = new URLSearchParams(path.split('?')[1]).get('continue');
      if (next === null) return { json: { metadata: { continue: 'more/1' }, items: [{ metadata: { name: 'one' } }] } };
      return { json: { metadata: { continue: '' }, items: [{ metadata: { name: 'two' } }] } };
    };
    const options = { namespace: 'cvat', labels: 'owner=helm,name=cvat', fields: 'type=Warning' };
    expect(await cluster.list({ apiVersion: 'v1', kind: 'Pod' }, options)).toEqual([
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'one' } },
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'two' } },
    ]);
    const query = 'labelSelector=owner%3Dhelm%2Cname%3Dcvat&fieldSelector=type%3DWarning&limit=5000';
    expect(lines()).toEqual([`GET /api/v1/namespaces/cvat/pods?${query}`, `GET /api/v1/namespaces/cvat/pods?${query}&continue=more%2F1`]);
  });

  test('is read again without pages when the place of the next page has expired', async () => {
    answer = ({ path }) => {
      if (path.includes('continue=')) return { status: 410, json: { reason: 'Expired' } };
      const names = path.includes('limit=') ? ['one', 'gone'] : ['one', 'two'];
      return {
        json: { metadata: { continue: path.includes('limit=') ? 'more' : '' }, items: names.map((name) => ({ metadata: { name } })) },
      };
    };
    const found = await cluster.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace: 'cvat' });
    expect(found.map(({ metadata }) => metadata.name)).toEqual(['one', 'two']);
  });

  test('covers all namespaces by default', async () => {
    answer = () => ({ json: { metadata: {}, items: [] } });
    await cluster.list({ apiVersion: 'apps/v1', kind: 'Deployment' });
    expect(lines()).toEqual(['GET /apis/apps/v1/deployments?limit=5000']);
  });

  test('of a kind that is not served is empty', async () => {
    expect(await cluster.list(UNKNOWN)).toEqual([]);
    expect(lines()).toEqual([]);
  });
});

describe('an apply', () => {
  const manifest = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'one', namespace: 'cvat' }, spec: {} };

  test('is a server-side apply by our field manager, with strict field validation', async () => {
    answer = () => ({ status: 201, json: manifest });
    expect(await cluster.apply(manifest)).toEqual({ object: manifest, created: true });
    expect(lines()).toEqual([
      'PATCH /api/v1/namespaces/cvat/pods/one?fieldManager=third-party-platform&fieldValidation=Strict&force=false',
    ]);
    expect([last().headers['content-type'], last().body]).toEqual(['application/apply-patch+yaml', manifest]);
  });

  test('of an existing object creates nothing', async () => {
    answer = () => ({ json: manifest });
    expect((await cluster.apply(manifest)).created).toBe(false);
  });

  test('sends force and dryRun', async () => {
    await cluster.apply(manifest, { force: true, dryRun: true });
    expect(lines()[0]).toMatch(/&force=true&dryRun=All$/);
  });

  test('of a kind that is not served fails with 404', async () => {
    await expect(cluster.apply({ ...manifest, ...{ apiVersion: 'example.org/v1', kind: 'Widget' } })).rejects.toMatchObject({
      code: 404,
      message: 'the API server does not serve example.org/v1 Widget',
    });
  });
});

test('patch sends a list as a JSON patch, and an object as a merge patch', async () => {
  answer = () => ({ json: { patched: true } });
  expect(await cluster.patch(NAMESPACE, [{ op: 'remove', path: '/metadata/labels' }])).toEqual({ patched: true });
  expect(last()).toMatchObject({
    method: 'PATCH',
    path: '/api/v1/namespaces/cvat?fieldManager=third-party-platform',
    headers: { 'content-type': 'application/json-patch+json' },
    body: [{ op: 'remove', path: '/metadata/labels' }],
  });
  await cluster.patch(NAMESPACE, { metadata: { labels: null } });
  expect(last()).toMatchObject({ headers: { 'content-type': 'application/merge-patch+json' }, body: { metadata: { labels: null } } });
  await expect(cluster.patch(UNKNOWN, {})).rejects.toMatchObject({ code: 404 });
});

describe('a delete', () => {
  const options = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' };

  test('deletes dependents in the background, with the uid as precondition', async () => {
    await cluster.delete(DEPLOYMENT);
    expect(last()).toMatchObject({ method: 'DELETE', path: '/apis/apps/v1/namespaces/cvat/deployments/one' });
    expect(last().body).toEqual({ ...options, preconditions: {} });
    await cluster.delete(DEPLOYMENT, { uid: 'this' });
    expect(last().body).toEqual({ ...options, preconditions: { uid: 'this' } });
  });

  test('in the foreground deletes dependents first', async () => {
    await cluster.delete(DEPLOYMENT, { foreground: true });
    expect(last().body).toEqual({ ...options, propagationPolicy: 'Foreground', preconditions: {} });
  });

  test('that is a dry run says so in its body: with a body, the API server ignores the query and would delete the object', async () => {
    await cluster.delete(DEPLOYMENT, { dryRun: true });
    expect(last().body).toEqual({ ...options, preconditions: {}, dryRun: ['All'] });
  });

  test('ignores an object that is not found, a uid that has changed, and a kind that is not served', async () => {
    answer = () => notFound;
    await cluster.delete(POD);
    answer = () => conflict;
    await cluster.delete(POD, { uid: 'this' });
    await cluster.delete(UNKNOWN);
    expect(lines()).toHaveLength(2);
  });

  test('fails with a conflict of another cause', async () => {
    answer = () => conflict;
    await expect(cluster.delete(POD)).rejects.toMatchObject({ code: 409 });
  });
});

test.each([
  [{ verb: '*' }, { verb: '*', group: '*', resource: '*' }],
  [
    { verb: 'patch', kind: DEPLOYMENT, namespace: 'cvat' },
    { verb: 'patch', group: 'apps', resource: 'deployments', namespace: 'cvat' },
  ],
  [
    { verb: 'get', kind: NAMESPACE },
    { verb: 'get', group: '', resource: 'namespaces' },
  ],
])('whether %j is allowed is asked of the API server', async (access, resourceAttributes) => {
  answer = () => ({ status: 201, json: { status: { allowed: false } } });
  expect(await cluster.isAllowed(access)).toBe(false);
  answer = () => ({ status: 201, json: { status: { allowed: true } } });
  expect(await cluster.isAllowed(access)).toBe(true);
  expect(last()).toMatchObject({ method: 'POST', path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews' });
  expect(last().body).toEqual({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  });
});
