import { join } from 'node:path';
import { type ControlPlane, startControlPlane } from './harness/control-plane';
import { crd, install } from './harness/crds';
import { FIXTURES } from '../fixtures/dist';
import { LOCAL, ROOT } from './harness/dist';
import type { Kubectl, KubectlResult } from './harness/kubectl';
import { served } from './harness/served';
import { until } from './harness/until';

/** The chapter's own documents. */
const CHAPTER = join(ROOT, 'test', 'fixtures', 'chapter');
const OUR_DEFINITION = join(FIXTURES, LOCAL.folder, '10-app-user-crd.k8s.yaml');

interface AppUser {
  readonly metadata: { readonly uid: string; readonly creationTimestamp: string };
  readonly spec?: unknown;
}

let controlPlane: ControlPlane;
let kubectl: Kubectl;

beforeAll(async () => {
  controlPlane = await startControlPlane();
  ({ kubectl } = controlPlane);
});

afterAll(async () => {
  await controlPlane?.stop();
});

const apply = (file: string, ...flags: readonly string[]): Promise<KubectlResult> =>
  kubectl.run(['apply', '-f', join(CHAPTER, file), '--validate=strict', ...flags]);

/** An AppUser under the chapter's CRD, which lets everything pass. */
const sloppy = (name: string, spec?: object): object => ({ apiVersion: 'kapernikov.com/v1', kind: 'AppUser', metadata: { name }, spec });

describe("the chapter's AppUser", () => {
  let john: AppUser;

  test("is accepted under the chapter's own crd, and just sits there", async () => {
    expect(await apply('app-user-crd.yaml')).toMatchObject({ code: 0, stderr: '' });
    await served(kubectl, 'appusers.kapernikov.com');
    expect(await apply('john.yaml')).toEqual({ code: 0, stdout: 'appuser.kapernikov.com/john created\n', stderr: '' });
    john = await kubectl.get<AppUser>('au', 'john');
    expect(john.spec).toEqual({ lastName: 'Doe', firstName: 'John', emailAddress: 'john.doe@kapernikov.com' });
    for (const object of [sloppy('without-spec'), sloppy('without-mail', { lastName: 'Doe' })]) {
      expect(await kubectl.apply(object)).toMatchObject({ code: 0 });
    }
  });

  test('is kept when our CRD replaces the one that it was created under', async () => {
    expect(await kubectl.run(['apply', '-f', OUR_DEFINITION])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('configured'),
      stderr: '',
    });
    // The new schema is in force a moment after it was accepted.
    await until(
      'an AppUser without an e-mail address is refused',
      async () => (await kubectl.apply(sloppy('john.doe'), '--dry-run=server')).code === 1,
    );
    const { metadata, spec } = await kubectl.get<AppUser>('au', 'john');
    expect(metadata.uid).toBe(john.metadata.uid);
    expect(spec).toMatchObject(john.spec as object);
    expect(await apply('john.yaml')).toEqual({ code: 0, stdout: 'appuser.kapernikov.com/john unchanged\n', stderr: '' });
  });

  test('is found by its short name, with our columns', async () => {
    const [head = '', ...rows] = (await kubectl.output(['get', 'au'])).trimEnd().split('\n');
    expect(head).toMatch(/^NAME +USERNAME +EMAIL +READY +REASON +AGE$/);
    expect(rows.find((row) => row.startsWith('john '))).toContain(' john.doe@kapernikov.com ');
  });

  test('can be changed and deleted under our CRD', async () => {
    expect(await kubectl.run(['label', 'au', 'john', 'team=vision'])).toMatchObject({ code: 0 });
    expect(await kubectl.run(['delete', '-f', join(CHAPTER, 'john.yaml')])).toMatchObject({ code: 0 });
    expect(await kubectl.run(['get', 'au', 'john'])).toMatchObject({ code: 1, stderr: expect.stringContaining('NotFound') });
  });

  test('is accepted where our CRD is the first', async () => {
    expect(await apply('john.yaml', '--server-side')).toMatchObject({ code: 0, stderr: '' });
  });

  test('that the chapter let pass without a spec or a mail can still be read, completed and deleted', async () => {
    const rows = await kubectl.output(['get', 'au', '--no-headers']);
    for (const name of ['without-spec', 'without-mail']) expect(rows).toContain(name);
    const complete = { lastName: 'Doe', firstName: 'Jane', emailAddress: 'jane.doe@example.com' };
    expect(await kubectl.apply(sloppy('without-mail', complete))).toMatchObject({ code: 0, stderr: '' });
    expect(await kubectl.apply(sloppy('without-spec', complete), '--dry-run=server')).toMatchObject({ code: 0, stderr: '' });
    expect(await kubectl.run(['delete', 'au', 'without-spec'])).toMatchObject({ code: 0 });
  });
});

describe("the chapter's PostgresCluster", () => {
  test("is accepted by PGO's crd, to the letter and without a warning", async () => {
    await install(kubectl, [crd('postgresclusters.postgres-operator.crunchydata.com')]);
    const flags = ['--server-side', '--dry-run=server'];
    expect(await apply('my-postgres.yaml', ...flags)).toMatchObject({ code: 0, stderr: '' });
    const created = 'postgrescluster.postgres-operator.crunchydata.com/my-postgres created\n';
    expect(await apply('my-postgres.yaml')).toEqual({ code: 0, stdout: created, stderr: '' });
  });
});
