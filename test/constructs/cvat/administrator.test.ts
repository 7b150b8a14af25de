import { Administrators } from '../../../constructs/cvat/administrator';
import { cvatNames } from '../../../constructs/cvat/names';
import type { Manifest } from '../../../manifests/manifest';
import { databaseUser } from '../../../constructs/postgres/database-user';
import { objectsOf } from '../../support';

const database = databaseUser({ name: 'my-postgres', namespace: 'cvat' }, 'cvat', true);

interface Pod {
  readonly containers: readonly [
    { readonly image: string; readonly args: string[]; readonly env: { name: string; value?: string; valueFrom?: unknown }[] },
  ];
}

function job(version = '2.73.0'): { manifest: Manifest; pod: Pod } {
  const [manifest] = objectsOf((chart) => new Administrators(chart, 'administrators', { names: cvatNames('cvat'), version, database }));
  if (!manifest) throw new Error('no Job');
  return { manifest, pod: (manifest['spec'] as { template: { spec: Pod } }).template.spec };
}

test('retries once when another Job creates the same account at the same moment', () => {
  const script = job().pod.containers[0].env.find(({ name }) => name === 'ENSURE')?.value ?? '';
  expect(script).toMatch(/except IntegrityError:[\s\S]*result = ensure\(\*account\)/);
});

test("superusers are made by code of CVAT's own image, in the version that runs", () => {
  expect(job().pod.containers[0].image).toBe('cvat/server:v2.73.0');
});

test('a Job with another content has another name, because no Job can be changed', () => {
  const names = ['2.73.0', '2.73.0', '2.74.0'].map((version) => job(version).manifest.metadata.name);
  expect(names[0]).toMatch(/^cvat-administrators-[0-9a-f]{8}$/);
  expect(names[1]).toBe(names[0]);
  expect(names[2]).not.toBe(names[0]);
});

test('has a label that selects it, also under another name', () => {
  expect(job().manifest.metadata.labels).toMatchObject({ 'app.kubernetes.io/name': 'cvat-administrators' });
});

test('waits for the tables before it creates the superusers', () => {
  const [command, flag, script = ''] = job().pod.containers[0].args;
  expect([command, flag]).toEqual(['bash', '-c']);
  expect(script.indexOf('until django-admin migrate --check')).toBe(0);
  expect(script).toContain('exec django-admin shell -v0 --no-imports -c "$ENSURE"');
});

test('no password is in it: both come from Secrets', () => {
  const { env } = job().pod.containers[0];
  const passwords = env.filter(({ name }) => name.endsWith('PASSWORD'));
  expect(passwords.map(({ name, valueFrom }) => [name, valueFrom])).toEqual([
    ['CVAT_REDIS_INMEM_PASSWORD', { secretKeyRef: { name: 'cvat-redis', key: 'password' } }],
    ['CVAT_REDIS_ONDISK_PASSWORD', { secretKeyRef: { name: 'cvat-kvrocks', key: 'password' } }],
    ['CVAT_POSTGRES_PASSWORD', { secretKeyRef: { name: 'my-postgres-pguser-cvat', key: 'password' } }],
    ['SUPERUSER_0_PASSWORD', { secretKeyRef: { name: 'cvat-administrator', key: 'password' } }],
    ['SUPERUSER_1_PASSWORD', { secretKeyRef: { name: 'cvat-robot', key: 'password' } }],
  ]);
});

test('the robot is who the operator logs in as', () => {
  const { env } = job().pod.containers[0];
  expect(env.find(({ name }) => name === 'SUPERUSER_1_USERNAME')?.value).toBe('app-user-operator');
});
