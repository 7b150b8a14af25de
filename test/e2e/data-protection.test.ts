import type { Manifest } from '../../manifests/manifest';
import { DELETE_ANNOTATION, DELETE_WITH_DATA, HOLDS_DATA_ANNOTATION, NEEDED_BY_ANNOTATION } from '../../manifests/contract';
import { GUARD_FINALIZER, isGuarded } from '../../manifests/data-protection/guarded';
import { type ControlPlane, startControlPlane } from './harness/control-plane';
import { crd, install } from './harness/crds';
import { FIXTURES } from '../fixtures/dist';
import { LOCAL, objectsIn, printed, stagesIn } from './harness/dist';
import { HOLDS_DATA, naming, refused, sample, words } from './harness/guarded-objects';
import type { Kubectl, KubectlResult } from './harness/kubectl';
import { served } from './harness/served';
import { until } from './harness/until';

const OBJECTS = objectsIn(LOCAL);
const HOLDERS = OBJECTS.filter(isGuarded);
const isGuard = ({ metadata }: Manifest): boolean => metadata.finalizers?.includes(GUARD_FINALIZER) === true;
const GUARD = OBJECTS.filter(isGuard);
const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
const MARK = `${DELETE_ANNOTATION}=${DELETE_WITH_DATA}`;
let controlPlane: ControlPlane;
let kubectl: Kubectl;

const onDist = (verb: string, ...flags: readonly string[]): Promise<KubectlResult> =>
  kubectl.run([verb, '-f', LOCAL.folder, ...flags], { workingDirectory: FIXTURES });

const deletion = (object: Manifest, ...flags: readonly string[]): Promise<KubectlResult> =>
  kubectl.run(['delete', ...naming(object), ...flags]);
/** Asks whether it could be deleted, and leaves it where it is: admission sees no difference. */
const tryDeletion = (object: Manifest): Promise<KubectlResult> => deletion(object, '--dry-run=server');

async function exists(object: Manifest): Promise<boolean> {
  return (await kubectl.output(['get', ...naming(object), '--ignore-not-found', '-o', 'name'])) !== '';
}

async function gone(object: Manifest): Promise<void> {
  await until(`${printed(object)} is gone`, async () => !(await exists(object)));
}

/** Runs the command that a refusal ends with, exactly as it is printed. */
async function runPrinted(refusal: string): Promise<void> {
  const [command = ''] = /kubectl annotate .*$/m.exec(refusal) ?? [];
  await kubectl.output(command.split(' ').slice(1));
}

const CERTIFICATES: Manifest = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'certificates.cert-manager.io' },
};

async function create(...objects: readonly Manifest[]): Promise<void> {
  expect(await kubectl.apply(objects, '--server-side')).toMatchObject({ code: 0 });
}

/** The Secret of the database's user, and the label by which PGO marks it as one. */
const SECRET = OBJECTS.find(({ kind }) => kind === 'Secret') as Manifest;
const PASSWORD = { 'postgres-operator.crunchydata.com/role': 'pguser' };

/** The documented command that removes the finalizers, so that the guard can be deleted. */
async function release(guard: readonly Manifest[] = GUARD): Promise<void> {
  for (const object of guard)
    await kubectl.output(['patch', ...naming(object), '--type=merge', '--patch={"metadata":{"finalizers":null}}']);
}

/** A policy is in force some time after it was applied, each by itself, and for some time after it was deleted. */
async function protection(isInForce = true): Promise<void> {
  for (const object of HOLDERS) {
    await until(`${printed(object)} is ${isInForce ? '' : 'not '}protected`, async () => {
      const { code, stderr } = await tryDeletion(object);
      return isInForce ? stderr.includes(words(object)) : code === 0;
    });
  }
}

describe('data protection', () => {
  /** Its own deletion takes a while: it begins before the first test. */
  const marked = {
    namespace: sample('Namespace', 'marked', undefined, { ...HOLDS_DATA, [DELETE_ANNOTATION]: DELETE_WITH_DATA }),
    cluster: sample('PostgresCluster', 'unmarked', 'marked', HOLDS_DATA),
    claim: sample('PersistentVolumeClaim', 'unmarked', 'marked', HOLDS_DATA),
    password: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'unmarked', namespace: 'marked', labels: PASSWORD, annotations: { [NEEDED_BY_ANNOTATION]: 'what connects' } },
    },
  };

  beforeAll(async () => {
    controlPlane = await startControlPlane();
    ({ kubectl } = controlPlane);
    await install(kubectl, ['helmcharts.helm.cattle.io', CERTIFICATES.metadata.name].map(crd));
    const crds = OBJECTS.filter(({ kind }) => kind === 'CustomResourceDefinition');
    expect(await kubectl.apply(crds)).toMatchObject({ code: 0 });
    await served(kubectl, ...crds.map(({ metadata }) => metadata.name));
    expect(await onDist('apply')).toMatchObject({ code: 0 });
    // As PGO does.
    await kubectl.output(['label', ...naming(SECRET), ...Object.entries(PASSWORD).map(([name, value]) => `${name}=${value}`)]);
    await protection();
    await create(...Object.values(marked));
    expect(await deletion(marked.namespace, '--wait=false')).toMatchObject({ code: 0 });
  });

  afterAll(async () => {
    await controlPlane?.stop();
  });

  test('is policies in which the API server finds no mistake', async () => {
    for (const policy of GUARD.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy')) {
      const status = await until('the types of its expressions are checked', async () => {
        const { status } = await kubectl.get<{ status?: { typeChecking?: object } }>(...naming(policy));
        return status?.typeChecking && status;
      });
      expect(status).toEqual({ observedGeneration: 1, typeChecking: {} });
    }
  });

  test('covers the database, its password, the namespace that it is in, PGO and its namespace, and the CRDs', () => {
    expect(HOLDERS.map(printed)).toEqual([
      'customresourcedefinition.apiextensions.k8s.io/appusers.kapernikov.com',
      ...['postgresclusters', 'pgupgrades', 'pgadmins', 'crunchybridgeclusters'].map(
        (plural) => `customresourcedefinition.apiextensions.k8s.io/${plural}.postgres-operator.crunchydata.com`,
      ),
      'namespace/crunchy-pgo',
      'helmchart.helm.cattle.io/pgo',
      'namespace/cvat',
      'postgrescluster.postgres-operator.crunchydata.com/my-postgres',
      'secret/my-postgres-pguser-cvat',
    ]);
  });

  test.each(HOLDERS.map((object) => ({ what: `${object.kind} ${object.metadata.name}`, object })))(
    'refuses to delete $what, says why, and prints a command that allows it',
    async ({ object }) => {
      const { code, stdout, stderr } = await deletion(object);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^Error from server \(Forbidden\): /);
      expect(stderr).toContain(words(object));
      expect(await kubectl.get(...naming(object))).not.toHaveProperty('metadata.deletionTimestamp');

      await runPrinted(stderr);
      expect(await tryDeletion(object)).toMatchObject({ code: 0, stderr: '' });
      // Who thinks better of it takes the mark away.
      await kubectl.output(['annotate', ...naming(object), `${DELETE_ANNOTATION}-`]);
      expect(await tryDeletion(object)).toMatchObject(refused(object.metadata.name));
    },
  );

  test('is not impressed by a mark in other words, which the printed command corrects', async () => {
    for (const words of ['true', 'with-its-data,', '']) {
      const cluster = sample('PostgresCluster', 'marked', 'cvat', { ...HOLDS_DATA, [DELETE_ANNOTATION]: words });
      await create(cluster);
      const refusal = await deletion(cluster);
      expect(refusal).toMatchObject(refused('marked'));
      await runPrinted(refusal.stderr);
      expect(await deletion(cluster)).toMatchObject({ code: 0, stderr: '' });
      expect(await exists(cluster)).toBe(false);
    }
  });

  test('refuses the other ways to delete: --all, a whole collection, and kubectl replace --force', async () => {
    const collection = '/apis/postgres-operator.crunchydata.com/v1beta1/namespaces/cvat/postgresclusters';
    expect(await kubectl.run(['delete', 'postgresclusters', '--namespace=cvat', '--all'])).toMatchObject(refused('my-postgres'));
    expect(await kubectl.run(['delete', `--raw=${collection}`])).toMatchObject(refused('my-postgres'));
    expect(
      await kubectl.run(['replace', '--force', '-f', '-'], {
        input: JSON.stringify(HOLDERS.find(({ kind }) => kind === 'PostgresCluster')),
      }),
    ).toMatchObject(refused('my-postgres'));
    expect(await kubectl.get('--namespace=cvat', 'postgrescluster/my-postgres')).not.toHaveProperty('metadata.deletionTimestamp');
  });

  test('keeps a claim for a volume that says that it holds data, and no other', async () => {
    const [kept, other] = [sample('PersistentVolumeClaim', 'kept', 'cvat', HOLDS_DATA), sample('PersistentVolumeClaim', 'other', 'cvat')];
    await create(kept, other);
    expect(await kubectl.run(['delete', 'pvc', '--namespace=cvat', '--all'])).toMatchObject({
      code: 1,
      stdout: 'persistentvolumeclaim "other" deleted from cvat namespace\n',
      stderr: refused('kept').stderr,
    });
    await runPrinted((await deletion(kept)).stderr);
    expect(await deletion(kept)).toMatchObject({ code: 0 });
  });

  test('refuses nothing that does not say that it holds data', async () => {
    const namespace = sample('Namespace', 'elsewhere', undefined, { [DELETE_ANNOTATION]: 'no' });
    const cluster = sample('PostgresCluster', 'plain', 'elsewhere');
    const claim = sample('PersistentVolumeClaim', 'plain', 'elsewhere', { 'example.org/holds-data': 'not ours to judge' });
    await create(namespace, cluster, claim);
    for (const object of [cluster, claim, namespace, CERTIFICATES]) {
      expect(await deletion(object, '--wait=false')).toMatchObject({ code: 0, stderr: '' });
    }
    for (const object of [cluster, claim, namespace, CERTIFICATES]) await gone(object);
  });

  test('does not guard an AppUser whose account is kept, and guards one whose account would be deleted', async () => {
    const john = OBJECTS.find(({ kind }) => kind === 'AppUser') as Manifest;
    expect(await tryDeletion(john)).toMatchObject({ code: 0 });
    await kubectl.output(['annotate', ...naming(john), `${HOLDS_DATA_ANNOTATION}=the CVAT account of john`]);
    expect(await tryDeletion(john)).toMatchObject(refused('john'));
    await kubectl.output(['annotate', ...naming(john), `${HOLDS_DATA_ANNOTATION}-`]);
  });

  test("guards the workload of PGO that is rendered into dist, and not an operator's own Deployments", async () => {
    const workload = (name: string, annotations: Readonly<Record<string, string>> = {}): Manifest => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: 'crunchy-pgo', annotations },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: name } },
        template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image: 'registry.example.org/pgo' }] } },
      },
    });
    const [pgo, other] = [workload('pgo', { [NEEDED_BY_ANNOTATION]: 'every PostgresCluster' }), workload('other')];
    await create(pgo, other);
    expect(await deletion(other)).toMatchObject({ code: 0 });
    const refusal = await deletion(pgo);
    expect(refusal).toMatchObject(refused('pgo'));
    expect(await kubectl.run(['annotate', ...naming(pgo), `${NEEDED_BY_ANNOTATION}-`])).toMatchObject({ code: 1 });
    await kubectl.output(['scale', ...naming(pgo), '--replicas=1']);
    await runPrinted(refusal.stderr);
    expect(await deletion(pgo)).toMatchObject({ code: 0 });
  });

  test('lets controllers delete a password, and refuses other accounts', async () => {
    const as = (account: string): Promise<KubectlResult> =>
      kubectl.run(['delete', ...naming(SECRET), '--dry-run=server', `--as=${account}`, '--as-group=system:masters']);
    for (const account of [
      'system:serviceaccount:kube-system:generic-garbage-collector',
      'system:serviceaccount:kube-system:namespace-controller',
      'system:kube-controller-manager',
      'system:serviceaccount:crunchy-pgo:pgo',
    ]) {
      expect(await as(account)).toMatchObject({ code: 0 });
    }
    for (const account of ['system:serviceaccount:crunchy-pgo:pgo2', 'system:serviceaccount:kube-system:helm-controller', 'jane']) {
      expect(await as(account)).toMatchObject(refused(SECRET.metadata.name));
    }
  });

  test('lets a marked namespace go with all that is in it, marked or not', async () => {
    await gone(marked.namespace);
  });

  test('stays in force while it is being deleted', async () => {
    for (const object of GUARD) expect(await deletion(object, '--wait=false')).toMatchObject({ code: 0 });
    expect(await kubectl.get(...naming(GUARD[0] as Manifest))).toHaveProperty('metadata.deletionTimestamp');
    for (const object of HOLDERS) expect(await tryDeletion(object)).toMatchObject(refused(object.metadata.name));
    await release();
    for (const object of GUARD) await gone(object);
    await protection(false);
    expect(await onDist('apply')).toMatchObject({ code: 0 });
    await protection();
  });

  describe('kubectl delete -f of the whole folder', () => {
    const uid = async (object: Manifest): Promise<string> =>
      (await kubectl.get<{ metadata: { uid: string } }>(...naming(object))).metadata.uid;
    const uids = new Map<Manifest, string>();

    beforeAll(async () => {
      for (const object of HOLDERS) uids.set(object, await uid(object));
    });

    test('deletes all but what is guarded, says why, and does not go itself, however often', async () => {
      const others = OBJECTS.filter((object) => !HOLDERS.includes(object) && !GUARD.includes(object));
      for (let time = 1; time <= 3; time++) {
        const { code, stderr } = await onDist('delete', '--wait=false', '--ignore-not-found');
        expect(code).toBe(1);
        expect(lines(stderr)).toEqual(HOLDERS.map((object) => expect.stringContaining(words(object)) as string));
        for (const object of others) await gone(object);
        for (const object of HOLDERS) expect(await uid(object)).toBe(uids.get(object));
      }
      for (const object of GUARD) expect(await kubectl.get(...naming(object))).toHaveProperty('metadata.deletionTimestamp');
    });

    test('is replaced when its finalizers are removed and the folder is applied again', async () => {
      await release();
      for (const object of GUARD) await gone(object);
      expect(await onDist('apply')).toMatchObject({ code: 0, stderr: '' });
      for (const object of HOLDERS) expect(await uid(object)).toBe(uids.get(object));
      for (const object of OBJECTS) expect(await exists(object)).toBe(true);
      await protection();
    });

    test('can be deleted stage by stage, from the last to the first, once what holds data is marked', async () => {
      const stages = stagesIn(LOCAL);
      for (const { file, objects } of stages.reverse()) {
        for (const object of objects.filter(isGuarded)) await kubectl.output(['annotate', ...naming(object), MARK]);
        for (const cluster of objects.filter(({ kind }) => kind === 'PostgresCluster')) {
          expect(await deletion(cluster)).toMatchObject({ code: 0, stderr: '' });
        }
        await release(objects.filter(isGuard));
        // Namespaces take five seconds each: side by side.
        const flags = ['--ignore-not-found', '--wait=false'];
        expect(await kubectl.run(['delete', '-f', file, ...flags], { workingDirectory: FIXTURES })).toMatchObject({ code: 0, stderr: '' });
      }
      // With their CRDs, AppUser and PostgresCluster are no kinds any more.
      for (const object of OBJECTS.filter(({ kind }) => !/^(AppUser|PostgresCluster)$/.test(kind))) await gone(object);
    });
  });
});
