import type { Manifest } from '../../manifests/manifest';
import { DELETE_ANNOTATION, DELETE_WITH_DATA, HOLDS_DATA_ANNOTATION } from '../../manifests/contract';
import { type ControlPlane, startControlPlane } from './harness/control-plane';
import { definition, describeWithDefinitions, install } from './harness/definitions';
import { FIXTURES } from '../fixtures/dist';
import { LOCAL, objectsIn, printed, stagesIn } from './harness/dist';
import type { Kubectl, KubectlResult } from './harness/kubectl';
import { served } from './harness/served';
import { until } from './harness/until';

const POSTGRES_CLUSTERS = 'postgresclusters.postgres-operator.crunchydata.com';
const PG_UPGRADES = 'pgupgrades.postgres-operator.crunchydata.com';

const OBJECTS = objectsIn(LOCAL);
const whoseData = ({ metadata }: Manifest): string | undefined => metadata.annotations?.[HOLDS_DATA_ANNOTATION];
const HOLDERS = OBJECTS.filter(whoseData);
const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
const MARK = `${DELETE_ANNOTATION}=${DELETE_WITH_DATA}`;
const HOLDS_DATA = { [HOLDS_DATA_ANNOTATION]: "somebody's work" };

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message: string;
}

let controlPlane: ControlPlane;
let kubectl: Kubectl;

const onDist = (verb: string, ...flags: readonly string[]): Promise<KubectlResult> =>
  kubectl.run([verb, '-f', LOCAL.folder, ...flags], { workingDirectory: FIXTURES });

/** How kubectl is told of an object: `--namespace=cvat postgrescluster.postgres-operator.crunchydata.com/my-postgres`. */
const naming = (object: Manifest): string[] => [
  ...(object.metadata.namespace === undefined ? [] : [`--namespace=${object.metadata.namespace}`]),
  printed(object),
];

const deletion = (object: Manifest, ...flags: readonly string[]): Promise<KubectlResult> =>
  kubectl.run(['delete', ...naming(object), ...flags]);
/** Asks whether it could be deleted, and leaves it where it is: admission sees no difference. */
const tryDeletion = (object: Manifest): Promise<KubectlResult> => deletion(object, '--dry-run=server');

async function exists(object: Manifest): Promise<boolean> {
  return (await kubectl.output(['get', ...naming(object), '--ignore-not-found', '-o', 'name'])) !== '';
}

async function gone(object: Manifest): Promise<void> {
  await until(`${printed(object)} is gone`, async () => !(await exists(object)), { seconds: 60 });
}

/** Runs the command that a refusal ends with, exactly as it is printed. */
async function runPrinted(refusal: string): Promise<void> {
  const [command = ''] = /kubectl annotate .*$/m.exec(refusal) ?? [];
  await kubectl.output(command.split(' ').slice(1));
}

const refused = (name: string) => ({ code: 1, stdout: '', stderr: expect.stringContaining(`${name} holds data (`) });

/** A PostgresCluster, PersistentVolumeClaim or Namespace that is only here to be deleted. */
function sample(kind: string, name: string, namespace?: string, annotations: Readonly<Record<string, string>> = {}): Manifest {
  const volume = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  const repos = [{ name: 'repo1', volume: { volumeClaimSpec: volume } }];
  const [apiVersion, spec] =
    kind === 'PostgresCluster'
      ? [
          'postgres-operator.crunchydata.com/v1beta1',
          { postgresVersion: 15, instances: [{ dataVolumeClaimSpec: volume }], backups: { pgbackrest: { repos } } },
        ]
      : ['v1', kind === 'PersistentVolumeClaim' ? volume : {}];
  return { apiVersion, kind, metadata: { name, ...(namespace && { namespace }), annotations }, spec };
}

/** A definition that is on the cluster, to be named. */
const crd = (name: string): Manifest => ({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name } });

async function create(...objects: readonly Manifest[]): Promise<void> {
  expect(await kubectl.apply(objects, '--server-side')).toMatchObject({ code: 0 });
}

/** The policy is in force a moment after it was applied. */
async function protection(): Promise<void> {
  await until('what holds data is protected', async () => (await tryDeletion(HOLDERS[0] as Manifest)).code !== 0);
}

describeWithDefinitions('data protection', () => {
  /** Its own deletion takes a while: it begins before the first test. */
  const hanging = {
    namespace: sample('Namespace', 'hanging', undefined, { ...HOLDS_DATA, [DELETE_ANNOTATION]: DELETE_WITH_DATA }),
    cluster: sample('PostgresCluster', 'survivor', 'hanging', HOLDS_DATA),
    claim: sample('PersistentVolumeClaim', 'survivor', 'hanging'),
  };

  beforeAll(async () => {
    controlPlane = await startControlPlane();
    ({ kubectl } = controlPlane);
    await install(kubectl, ['helmcharts.helm.cattle.io', POSTGRES_CLUSTERS, PG_UPGRADES].map(definition));
    const definitions = OBJECTS.filter(({ kind }) => kind === 'CustomResourceDefinition');
    expect(await kubectl.apply(definitions)).toMatchObject({ code: 0 });
    await served(kubectl, 'appusers.kapernikov.com');
    expect(await onDist('apply')).toMatchObject({ code: 0 });
    await protection();
    await create(...Object.values(hanging));
    expect(await deletion(hanging.namespace, '--wait=false')).toMatchObject({ code: 0 });
  });

  afterAll(async () => {
    await controlPlane?.stop();
  });

  test('is a policy in which the API server finds no mistake', async () => {
    const policy = OBJECTS.find(({ kind }) => kind === 'ValidatingAdmissionPolicy') as Manifest;
    const status = await until('the types of its expressions are checked', async () => {
      const { status } = await kubectl.get<{ status?: { typeChecking?: object } }>(...naming(policy));
      return status?.typeChecking && status;
    });
    expect(status).toEqual({ observedGeneration: 1, typeChecking: {} });
  });

  test('covers the database, the namespace that it is in and the definition of an AppUser', () => {
    expect(HOLDERS.map(printed)).toEqual([
      'customresourcedefinition.apiextensions.k8s.io/appusers.kapernikov.com',
      'namespace/cvat',
      'postgrescluster.postgres-operator.crunchydata.com/my-postgres',
    ]);
  });

  test.each(HOLDERS.map((object) => ({ what: `${object.kind} ${object.metadata.name}`, object })))(
    'refuses to delete $what, says whose data it holds, and prints a command that allows it',
    async ({ object }) => {
      const { code, stdout, stderr } = await deletion(object);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^Error from server \(Forbidden\): /);
      expect(stderr).toContain(`${object.metadata.name} holds data (${whoseData(object)}), and deleting it would delete that too.`);
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
    expect(await kubectl.run(['replace', '--force', '-f', '-'], { input: JSON.stringify(HOLDERS[2]) })).toMatchObject(
      refused('my-postgres'),
    );
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
    const upgrades = crd(PG_UPGRADES);
    const namespace = sample('Namespace', 'elsewhere', undefined, { [DELETE_ANNOTATION]: 'no' });
    const cluster = sample('PostgresCluster', 'plain', 'elsewhere');
    const claim = sample('PersistentVolumeClaim', 'plain', 'elsewhere', { 'example.org/holds-data': 'not ours to judge' });
    await create(namespace, cluster, claim);
    for (const object of [cluster, claim, namespace, upgrades]) {
      expect(await deletion(object, '--wait=false')).toMatchObject({ code: 0, stderr: '' });
    }
    for (const object of [cluster, claim, upgrades]) await gone(object);
    expect(await kubectl.get(...naming(namespace))).toMatchObject({ status: { phase: 'Terminating' } });
  });

  test("guards PGO's own definition, which would take every database along, once somebody has annotated it", async () => {
    const clusters = crd(POSTGRES_CLUSTERS);
    expect(await tryDeletion(clusters)).toMatchObject({ code: 0 });
    await kubectl.output(['annotate', ...naming(clusters), `${HOLDS_DATA_ANNOTATION}=every PostgresCluster`]);
    expect(await tryDeletion(clusters)).toMatchObject(refused(POSTGRES_CLUSTERS));
    await kubectl.output(['annotate', ...naming(clusters), `${HOLDS_DATA_ANNOTATION}-`]);
  });

  test('lets a marked namespace wait for an unmarked database in it, when all else in it is gone, and says what it waits for', async () => {
    const { namespace, cluster, claim } = hanging;
    const failure = await until('the namespace says why it cannot go', async () => {
      const { status } = await kubectl.get<{ status: { conditions?: Condition[] } }>(...naming(namespace));
      return status.conditions?.find(({ type, status }) => type === 'NamespaceDeletionContentFailure' && status === 'True');
    });
    expect(failure.message).toContain("survivor holds data (somebody's work)");
    // So the mark on a namespace is as good as its word: the claims go, and with them the volumes, whatever becomes of the PostgresCluster.
    expect(await exists(claim)).toBe(false);
    expect(await kubectl.get(...naming(cluster))).not.toHaveProperty('metadata.deletionTimestamp');
    await runPrinted(failure.message);
    await gone(namespace);
  });

  describe('when somebody deletes the whole folder', () => {
    const uid = async (object: Manifest): Promise<string> =>
      (await kubectl.get<{ metadata: { uid: string } }>(...naming(object))).metadata.uid;
    const uids = new Map<Manifest, string>();

    beforeAll(async () => {
      for (const object of HOLDERS) uids.set(object, await uid(object));
    });

    test('deletes all but what holds data, says why, and goes last itself', async () => {
      const { code, stdout, stderr } = await onDist('delete');
      expect(code).toBe(1);
      const others = OBJECTS.filter((object) => !HOLDERS.includes(object));
      expect(lines(stdout).map((line) => line.replace(/ "(.*)" deleted.*/, '/$1'))).toEqual(others.map(printed));
      expect(others.slice(-2).map(({ kind }) => kind)).toEqual(['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']);
      expect(lines(stderr)).toEqual(
        HOLDERS.map((object) => expect.stringContaining(`${object.metadata.name} holds data (${whoseData(object)}), and deleting it`)),
      );
      for (const object of others) await gone(object);
      for (const object of HOLDERS) expect(await uid(object)).toBe(uids.get(object));
    });

    test('has it all back when somebody applies it again', async () => {
      expect(await onDist('apply')).toMatchObject({ code: 0, stderr: '' });
      for (const object of HOLDERS) expect(await uid(object)).toBe(uids.get(object));
      for (const object of OBJECTS) expect(await exists(object)).toBe(true);
      await protection();
    });

    test('can be taken away stage by stage, from the last to the first, with what holds data marked', async () => {
      const stages = stagesIn(LOCAL);
      const protectors = stages.filter(({ objects }) => objects.some(({ kind }) => kind.startsWith('ValidatingAdmissionPolicy')));
      const others = stages.filter((stage) => !protectors.includes(stage));
      for (const { file, objects } of [...others.reverse(), ...protectors]) {
        for (const object of objects.filter(whoseData)) await kubectl.output(['annotate', ...naming(object), MARK]);
        for (const cluster of objects.filter(({ kind }) => kind === 'PostgresCluster')) {
          expect(await deletion(cluster)).toMatchObject({ code: 0, stderr: '' });
        }
        // Namespaces take five seconds each: side by side.
        const flags = ['--ignore-not-found', '--wait=false'];
        expect(await kubectl.run(['delete', '-f', file, ...flags], { workingDirectory: FIXTURES })).toMatchObject({ code: 0, stderr: '' });
      }
      // With its definition, AppUser is no kind any more.
      for (const object of OBJECTS.filter(({ kind }) => kind !== 'AppUser')) await gone(object);
    });
  });
});
