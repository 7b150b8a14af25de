import { rbacWidened } from '../../../review/rules/rbac-widened';
import { findings, object } from '../support';

const role = (...rules: readonly object[]): ReturnType<typeof object> =>
  object('rbac.authorization.k8s.io/v1', 'Role', 'cvat/web', { rules });
const secrets = (...verbs: readonly string[]): object => ({ apiGroups: [''], resources: ['secrets'], verbs });

test('reports a verb more, and not a verb less', () => {
  const [less, more] = [role(secrets('get')), role(secrets('get', 'delete'))];
  expect(findings(rbacWidened, [less], [more])).toEqual(['rules | Role may now: delete secrets.']);
  expect(findings(rbacWidened, [more], [less])).toEqual([]);
});

test('reports a wildcard, and not what a wildcard included before', () => {
  const every = role({ apiGroups: ['*'], resources: ['*'], verbs: ['*'] });
  expect(findings(rbacWidened, [role(secrets('get'))], [every])).toEqual(['rules | Role may now: * *.*.']);
  expect(findings(rbacWidened, [every], [role(secrets('get'))])).toEqual([]);
});

test('reports that rights are no longer restricted to a name', () => {
  const named = role({ ...secrets('get'), resourceNames: ['one'] });
  expect(findings(rbacWidened, [named], [role(secrets('get'))])).toEqual(['rules | Role may now: get secrets.']);
  expect(findings(rbacWidened, [role(secrets('get'))], [named])).toEqual([]);
});

test('accepts another order and another grouping of the same rules', () => {
  expect(findings(rbacWidened, [role(secrets('get', 'list'))], [role(secrets('list'), secrets('get'))])).toEqual([]);
});

test('reports a role that is new, and not one that is removed', () => {
  expect(findings(rbacWidened, [], [role(secrets('get'))])).toHaveLength(1);
  expect(findings(rbacWidened, [role(secrets('get'))], [])).toEqual([]);
});

test('reports a new subject of a binding, and not a removed one', () => {
  const binding = (...names: readonly string[]): ReturnType<typeof object> =>
    object('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'web', {
      roleRef: { kind: 'ClusterRole', name: 'admin' },
      subjects: names.map((name) => ({ kind: 'ServiceAccount', namespace: 'cvat', name })),
    });
  expect(findings(rbacWidened, [binding('a')], [binding('a', 'b')])).toEqual([
    'subjects | New rights: ServiceAccount cvat/b has ClusterRole admin everywhere.',
  ]);
  expect(findings(rbacWidened, [binding('a', 'b')], [binding('a')])).toEqual([]);
});
