import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { EnvironmentObjects } from '../../manifests/environment-objects';
import { KINDS_WITH_IMMUTABLE_FIELDS } from '../../manifests/immutable/immutable-fields';
import { groupKindOf, type Manifest } from '../../manifests/manifest';
import { review } from '../../review/review';
import type { Tree } from '../../review/tree';
import { authorityOf, type Kubeconfig } from './harness/api';
import { type ControlPlane, startControlPlane } from './harness/control-plane';
import { LOCAL, ROOT } from './harness/dist';
import { served } from './harness/served';
import { until } from './harness/until';
import { type ChangedKind, KINDS, objectOf, pairsOf, VOLUME } from './immutable-changes';

const PAIRS_OF_A_KIND = 20;

interface Answer {
  readonly code: number;
  readonly text: string;
}

let controlPlane: ControlPlane;
let login: { readonly server: string; readonly ca: Buffer; readonly token: string };

/** Server-side apply, as deploy does it. */
function apply(path: string, manifest: Manifest, dryRun = false): Promise<Answer> {
  const query = new URLSearchParams({ fieldManager: 'test', force: 'true', ...(dryRun && { dryRun: 'All' }) });
  return send('PATCH', `${path}/${manifest.metadata.name}?${query.toString()}`, JSON.stringify(manifest));
}

function send(method: 'GET' | 'PATCH', path: string, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${login.token}`, 'content-type': 'application/apply-patch+yaml' };
    const call = request(`${login.server}${path}`, { method, ca: login.ca, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ code: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }));
    });
    call.on('error', reject);
    call.end(body);
  });
}

function pathOf({ apiVersion, resource, isClusterScoped }: Omit<ChangedKind, 'contents' | 'kind'>): string {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${base}/${isClusterScoped === true ? '' : 'namespaces/default/'}${resource}`;
}

/** Whether the review of a change says that Kubernetes refuses it. */
function isRefusedByReview(before: Manifest, after: Manifest): boolean {
  const tree = (manifest: Manifest): Tree => ({
    environments: new Map([['local', new EnvironmentObjects([{ name: '10-stage', objects: [{ path: 'a', manifest }] }])]]),
    defaultEnvironment: 'local',
    deprecatedCharts: new Set(),
  });
  return review(tree(before), tree(after)).findings.some(({ class: name }) => name === 'refused');
}

interface Change {
  readonly before: Manifest;
  readonly after: Manifest;
  /** The same as `after` under a name that is free: whether it is valid at all. */
  readonly fresh: Manifest;
}

/** What review and API server say differently; and how many changes were compared, and refused. */
async function disagreements(
  path: string,
  changes: readonly Change[],
  prepare: (before: Manifest) => Promise<unknown> = () => Promise.resolve(),
): Promise<{ different: string[]; compared: number; refused: number }> {
  const different: string[] = [];
  let [compared, refused] = [0, 0];
  const compare = async ({ before, after, fresh }: Change): Promise<void> => {
    const isValid = (await apply(path, fresh, true)).code < 300;
    if (!isValid || (await apply(path, before)).code >= 300) return;
    await prepare(before);
    const answer = await apply(path, after, true);
    compared++;
    if (answer.code >= 300) refused++;
    const said = isRefusedByReview(before, after);
    if (said !== answer.code >= 300) {
      different.push(
        `review says ${said ? 'refused' : 'accepted'}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}: ${answer.code} ${answer.text.slice(0, 400)}`,
      );
    }
  };
  await Promise.all(changes.map(compare));
  return { different, compared, refused };
}

const total = { compared: 0, refused: 0 };

describe('review and the API server', () => {
  beforeAll(async () => {
    controlPlane = await startControlPlane();
    const { kubeconfig } = controlPlane.kubectl;
    const { clusters, users } = JSON.parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
    login = { server: clusters[0].cluster.server, ca: authorityOf(kubeconfig), token: users[0].user.token };
    for (const name of ['fast', 'slow']) {
      const storageClass = { provisioner: 'example.org/none', allowVolumeExpansion: true };
      await apply('/apis/storage.k8s.io/v1/storageclasses', {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'StorageClass',
        metadata: { name },
        ...storageClass,
      });
    }
  });
  afterAll(() => controlPlane.stop());

  /** Gives a claim its volume: the controller manager binds the two. */
  async function bind({ metadata: { name }, spec }: Manifest): Promise<void> {
    const { storageClassName } = spec as { storageClassName: string };
    const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'default', name };
    const volume = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name }, spec: { ...VOLUME, storageClassName, claimRef } };
    await apply('/api/v1/persistentvolumes', volume);
    const path = `/api/v1/namespaces/default/persistentvolumeclaims/${name}`;
    await until(`${name} is bound`, async () => (await send('GET', path)).text.includes('"phase":"Bound"'));
  }

  test.each(KINDS.map((kind) => [kind.kind, kind] as const))('say the same about changes of a %s', async (_name, kind) => {
    const prefix = kind.kind.toLowerCase();
    const name = (index: number, suffix = ''): string => `${prefix}-${index}${suffix}${kind.kind === 'CSIDriver' ? '.example.org' : ''}`;
    const changes = pairsOf(kind.contents, PAIRS_OF_A_KIND).map(([before, after], index) => ({
      before: objectOf(kind, name(index), before),
      after: objectOf(kind, name(index), after),
      fresh: objectOf(kind, name(index, '-fresh'), after),
    }));
    const { different, compared, refused } = await disagreements(
      pathOf(kind),
      changes,
      kind.kind === 'PersistentVolumeClaim' ? bind : undefined,
    );
    expect(different).toEqual([]);
    // Both answers occur; of a VolumeAttributesClass nothing but labels can change.
    expect([refused > 0, refused < compared]).toEqual([true, kind.kind !== 'VolumeAttributesClass']);
    total.compared += compared;
    total.refused += refused;
  });

  test('say the same about changes of a CRD', async () => {
    const crds = { apiVersion: 'apiextensions.k8s.io/v1', resource: 'customresourcedefinitions', isClusterScoped: true } as const;
    const crd = (plural: string, { scope = 'Namespaced', kind = 'Widget', shortNames = [] as string[] }): Manifest => ({
      apiVersion: crds.apiVersion,
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.example.org` },
      spec: {
        group: 'example.org',
        scope,
        names: { kind: `${kind}${plural}`, plural, shortNames },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    });
    const variants = [{}, { scope: 'Cluster' }, { kind: 'Other' }, { shortNames: ['w'] }];
    const changes = variants.map((variant, index) => ({
      before: crd(`widget${index}`, {}),
      after: crd(`widget${index}`, variant),
      fresh: crd(`fresh${index}`, variant),
    }));
    const established = async ({ metadata: { name } }: Manifest): Promise<void> => {
      await controlPlane.kubectl.output(['wait', '--for=condition=Established', `crd/${name}`, '--timeout=120s']);
    };
    const { different, compared, refused } = await disagreements(pathOf(crds), changes, established);
    expect([different, compared, refused]).toEqual([[], 4, 2]);
    total.compared += compared;
  });

  test('say the same about changes of an AppUser', async () => {
    const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const [definition] = parseAllDocuments(readFileSync(join(ROOT, LOCAL.folder, '10-app-user-crd.k8s.yaml'), 'utf8')).flatMap(
      (document) => {
        const value = document.toJS() as Manifest | null;
        return value?.kind === 'CustomResourceDefinition' ? [value] : [];
      },
    );
    if (!definition) throw new Error('dist must have the CRD of AppUsers');
    await apply(crds, definition);
    await served(controlPlane.kubectl, definition.metadata.name);
    const users = { apiVersion: 'kapernikov.com/v1', kind: 'AppUser', resource: 'appusers' };
    const specs = [{}, { username: 'one' }, { username: 'two' }, { lastName: 'Other' }, { deletionPolicy: 'Delete' }];
    const person = (name: string, spec: object): Manifest =>
      objectOf(users, name, { spec: { firstName: 'John', lastName: 'Doe', emailAddress: 'john@example.org', ...spec } });
    const changes = specs.flatMap((before, one) =>
      specs.map((after, other) => ({
        before: person(`user-${one}-${other}`, before),
        after: person(`user-${one}-${other}`, after),
        fresh: person(`fresh-${one}-${other}`, after),
      })),
    );
    const { different, compared, refused } = await disagreements(pathOf(users), changes);
    expect(different).toEqual([]);
    expect([compared, refused]).toEqual([25, 14]);
    total.compared += compared;
  });

  test('were compared on every kind of the table, and on at least 300 changes', () => {
    const tested = [...KINDS.map(groupKindOf), 'CustomResourceDefinition.apiextensions.k8s.io', 'AppUser.kapernikov.com'];
    expect([...tested].sort()).toEqual([...KINDS_WITH_IMMUTABLE_FIELDS].sort());
    expect(total.compared).toBeGreaterThanOrEqual(300);
  });
});
