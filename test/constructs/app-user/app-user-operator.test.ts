import { AppUserOperator, type AppUserOperatorProps } from '../../../constructs/app-user/app-user-operator';
import { formatReference } from '../../../manifests/reference';
import { contractOf } from '../../../manifests/contract';
import { objectsOf, problemsOf, yamlOf } from '../../support';

const props: AppUserOperatorProps = { image: 'app-user-operator:0.1.0', namespace: 'cvat', publicUrl: 'http://cvat.kube-public' };
const install =
  (changes: Partial<AppUserOperatorProps> = {}) =>
  (chart: ConstructorParameters<typeof AppUserOperator>[0]) =>
    new AppUserOperator(chart, 'operator', { ...props, ...changes });

const kinds = (changes: Partial<AppUserOperatorProps> = {}): string[] => objectsOf(install(changes)).map(({ kind }) => kind);

test('one that stands by comes with a budget, by which a node is never drained of both', () => {
  expect(kinds()).toEqual(['ServiceAccount', 'Role', 'RoleBinding', 'Deployment', 'NetworkPolicy', 'Namespace']);
  expect(kinds({ replicas: 2 })).toContain('PodDisruptionBudget');
});

test('no replicas are a problem', () => {
  expect(problemsOf(install({ replicas: 0 }))).toEqual([
    'replicas: must be an integer >= 1; got 0. Use 1, or 2 for a standby that takes over when the first one fails.',
  ]);
  expect(problemsOf(install())).toEqual([]);
});

test('declares the Secrets that it generates, and is configured to generate exactly these', () => {
  const deployment = objectsOf(install()).find(({ kind }) => kind === 'Deployment');
  expect(deployment && contractOf(deployment).makes?.map(formatReference)).toEqual([
    'Secret cvat/cvat-redis: password',
    'Secret cvat/cvat-kvrocks: password',
    'Secret cvat/cvat-administrator: password, username',
    'Secret cvat/cvat-robot: password, username',
  ]);
  const configured = /value: '(\[.*\])'/.exec(yamlOf(install()))?.[1] ?? '[]';
  expect(JSON.parse(configured)).toEqual([
    { name: 'cvat-redis', random: ['password'] },
    { name: 'cvat-kvrocks', random: ['password'] },
    { name: 'cvat-administrator', random: ['password'], values: { username: 'administrator' } },
    { name: 'cvat-robot', random: ['password'], values: { username: 'app-user-operator' } },
  ]);
});

test('it has rights in its own namespace only, and cannot list Secrets', () => {
  const objects = objectsOf(install());
  expect(objects.filter(({ kind }) => kind.startsWith('Cluster'))).toEqual([]);
  const rules = objects.find(({ kind }) => kind === 'Role')?.['rules'] as { resources: string[]; verbs: string[] }[];
  expect(rules.find(({ resources }) => resources.includes('secrets'))?.verbs).toEqual(['get', 'create', 'patch', 'delete']);
  expect(JSON.stringify(rules)).not.toContain('*');
});

test('it finds CVAT within the cluster, and tells people where it is from outside', () => {
  expect(yamlOf(install())).toContain(`
            - name: CVAT_URL
              value: http://cvat-backend-service:8080
            - name: CVAT_SERVICE
              value: cvat-backend-service
            - name: CVAT_ROBOT_SECRET
              value: cvat-robot
            - name: PUBLIC_URL
              value: http://cvat.kube-public
`);
});

test('allows connections to DNS, the API server and CVAT only', () => {
  const policy = objectsOf(install()).find(({ kind }) => kind === 'NetworkPolicy');
  const { egress, policyTypes } = policy?.['spec'] as { policyTypes: string[]; egress: { to?: object[]; ports: { port: number }[] }[] };
  expect(policyTypes).toEqual(['Ingress', 'Egress']);
  expect(egress.map(({ to, ports }) => [to, ports.map(({ port }) => port)])).toEqual([
    [undefined, [53, 53]],
    [undefined, [443, 6443]],
    // CVAT's web server, whose pods listen where its Service does, and which is in the same namespace.
    [[{ podSelector: {} }], [8080]],
  ]);
});
