import { fromRepository } from '../../../constructs/helm/chart-source';
import type { Environment } from '../../../constructs/platform';
import { type DatabaseUser, userOf } from '../../../constructs/postgres/database-user';
import { PostgresCluster, type PostgresClusterProps, type PostgresUser } from '../../../constructs/postgres/postgres-cluster';
import { environments } from '../../fixtures/environments';
import { synthesize } from '../../fixtures/synthesize';
import { objectsOf, problemsOf } from '../../support';
import { contractOf } from '../../../manifests/contract';

const props = { name: 'my-postgres', version: 15, replicas: 1, storage: { size: '5Gi' } };
const ALL_KEYS = ['host', 'port', 'user', 'password', 'verifier', 'dbname', 'uri', 'jdbc-uri'];

/** What the cluster says about a user, and the problems of asking. */
function ask(name: string, users: readonly PostgresUser[] | undefined, namespace?: string): { user?: DatabaseUser; problems: string[] } {
  let user: DatabaseUser | undefined;
  const problems = problemsOf((chart) => (user = new PostgresCluster(chart, 'cluster', { ...props, users, namespace }).user(name)));
  return { ...(user && { user }), problems };
}

test("a user's handle names the primary and the Secret that PGO writes", () => {
  expect(ask('cvat', [{ name: 'cvat', databases: ['cvat'] }], 'annotation')).toEqual({
    problems: [],
    user: {
      version: 15,
      host: 'my-postgres-primary.annotation.svc',
      port: 5432,
      service: { kind: 'Service', namespace: 'annotation', name: 'my-postgres-primary' },
      secret: { kind: 'Secret', namespace: 'annotation', name: 'my-postgres-pguser-cvat', keys: ALL_KEYS },
    },
  });
});

test('a user without a database has no keys that name one', () => {
  expect(ask('reader', [{ name: 'reader' }]).user?.secret.keys).toEqual(['host', 'port', 'user', 'password', 'verifier']);
});

test('without declared users there is one, called as the cluster', () => {
  expect(ask('my-postgres', undefined)).toMatchObject({
    problems: [],
    user: { secret: { name: 'my-postgres-pguser-my-postgres', keys: ALL_KEYS } },
  });
});

test('without a namespace the host is in the default one', () => {
  expect(ask('my-postgres', undefined).user).toMatchObject({ host: 'my-postgres-primary.default.svc', secret: { kind: 'Secret' } });
});

test.each([
  [[{ name: 'other' }, { name: 'another' }], '"other", "another"'],
  [[], 'none'],
  [undefined, '"my-postgres"'],
])('asking for a user that is not declared is a problem: %j', (users, declared) => {
  expect(ask('cvat', users).problems).toEqual([
    `users: must contain the user "cvat", which another system connects as; got ${declared}. Add { name: 'cvat', databases: ['cvat'] } to postgres.users.`,
  ]);
});

test('what PGO makes for the users is in the contract of the cluster, key by key', () => {
  const users = [{ name: 'cvat', databases: ['cvat'] }, { name: 'reader' }];
  const objects = objectsOf((chart) => new PostgresCluster(chart, 'cluster', { ...props, namespace: 'cvat', users }));
  const makes = objects.flatMap((object) => contractOf(object).makes ?? []);
  expect(makes.map(({ kind, namespace, name, keys }) => [kind, namespace, name, keys])).toEqual([
    ['Secret', 'cvat', 'my-postgres-pguser-cvat', [...ALL_KEYS].sort()],
    ['Secret', 'cvat', 'my-postgres-pguser-reader', ['host', 'password', 'port', 'user', 'verifier']],
    ['Service', 'cvat', 'my-postgres-primary', undefined],
  ]);
});

describe('userOf, for releases that are data', () => {
  const wiki = {
    name: 'wiki-db',
    namespace: 'wiki',
    version: 17,
    replicas: 1,
    storage: { size: '1Gi' },
    users: [{ name: 'wiki', databases: ['wiki'] }, { name: 'reader' }],
  } as const satisfies PostgresClusterProps;

  test('is the handle that the cluster itself gives', () => {
    for (const name of ['wiki', 'reader'] as const) {
      let handle: DatabaseUser | undefined;
      objectsOf((chart) => (handle = new PostgresCluster(chart, 'cluster', wiki).user(name)));
      expect(userOf(wiki, name)).toEqual(handle);
    }
  });

  test('takes only users that the cluster declares', () => {
    // @ts-expect-error: the cluster has no such user
    expect(userOf(wiki, 'writer').secret.name).toBe('wiki-db-pguser-writer');
  });

  test('gives a release its host and Secret, which the checks then find', () => {
    const { local } = environments;
    const user = userOf(wiki, 'wiki');
    const values = { db: { host: user.host, port: user.port, existingSecret: user.secret.name } };
    const chart = fromRepository('https://charts.example.com', 'wiki', '1.2.3');
    const release = { name: 'wiki', namespace: 'wiki', chart, values, reads: [user.secret, user.service] };
    const problems = (postgresClusters: Environment['postgresClusters']): unknown[] =>
      synthesize({ local: { ...(local as Environment), postgresClusters, releases: [release] } }).problems.map(({ message }) => message);
    expect(problems([wiki])).toEqual([]);
    expect(problems([])).toContainEqual(expect.stringContaining('got "wiki-db-pguser-wiki"'));
  });
});
