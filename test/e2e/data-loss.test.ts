import fc from 'fast-check';
import { ALLOW_ANNOTATION, HOLDS_DATA_ANNOTATION } from '../../manifests/contract';
import { dataLossOf } from '../../manifests/data-protection/data-loss';
import { UPDATE_RULES } from '../../manifests/data-protection/update-rules';
import type { ApiClient } from '../../operator/src/kubernetes/api-client';
import { clientOf } from './harness/api';
import { type ControlPlane, startControlPlane } from './harness/control-plane';
import { crd, install } from './harness/crds';
import { LOCAL, ROOT } from './harness/dist';
import {
  backups,
  change,
  claim,
  type Cluster,
  cluster,
  PGO,
  s3,
  set,
  source,
  type Spec,
  statuses,
  version,
  volume,
} from './harness/postgres-changes';
import type { Kubectl, KubectlResult } from './harness/kubectl';
import { until } from './harness/until';

const CLUSTERS = '/apis/postgres-operator.crunchydata.com/v1beta1/namespaces/default/postgresclusters';

let controlPlane: ControlPlane;
let kubectl: Kubectl;
let api: ApiClient;

/** Creates a cluster as it is when PGO has seen it: with a status. */
async function create(before: Cluster, status: object | undefined = before.status): Promise<Cluster> {
  const created = await api.request<Cluster>({ method: 'POST', path: CLUSTERS, body: before });
  if (status === undefined) return created;
  return api.request<Cluster>({ method: 'PATCH', path: `${CLUSTERS}/${before.metadata.name}/status`, body: { status } });
}

async function remove(name: string): Promise<void> {
  await api.request({
    method: 'PATCH',
    path: `${CLUSTERS}/${name}`,
    body: { metadata: { annotations: { 'platform.kapernikov.com/delete': 'with-its-data' } } },
  });
  await api.request({ method: 'DELETE', path: `${CLUSTERS}/${name}` });
}

/** The API server's refusal of an update, which is not stored in any case. */
async function refusalOf(live: Cluster, after: Cluster): Promise<string | undefined> {
  const { resourceVersion } = live.metadata as { resourceVersion?: string };
  const body = { ...after, metadata: { ...after.metadata, resourceVersion } };
  try {
    await api.request({ method: 'PUT', path: `${CLUSTERS}/${after.metadata.name}`, query: { dryRun: 'All' }, body });
    return undefined;
  } catch (error) {
    return String((error as { text?: string }).text ?? error);
  }
}

describe('changes that lose data', () => {
  beforeAll(async () => {
    controlPlane = await startControlPlane();
    ({ kubectl } = controlPlane);
    api = clientOf(kubectl.kubeconfig);
    await install(kubectl, [crd('postgresclusters.postgres-operator.crunchydata.com')]);
    await kubectl.output(['apply', '--server-side', '-f', `${LOCAL.folder}/00-data-protection.k8s.yaml`], { workingDirectory: ROOT });
    const probe = await create(cluster('probe'));
    await until('the policy is in force', async () =>
      (await refusalOf(probe, cluster('probe', { instances: [set('x')] })))?.includes('would lose data by remove-instance-set='),
    );
  });

  afterAll(async () => {
    api?.close();
    await controlPlane?.stop();
  });

  test('are expressions in whose types the API server finds no mistake', async () => {
    interface Policy {
      readonly status?: { readonly typeChecking?: { readonly expressionWarnings?: readonly object[] } };
    }
    const policies = await until('the types of their expressions are checked', async () => {
      const { items } = await kubectl.get<{ items: Policy[] }>('validatingadmissionpolicies');
      return items.every(({ status }) => status?.typeChecking) && items;
    });
    expect(policies).toHaveLength(3);
    for (const { status } of policies) expect(status?.typeChecking).toEqual({});
  });

  interface Case {
    readonly change: string;
    readonly rule: string;
    readonly before?: Spec;
    readonly after: Spec;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly annotationsBefore?: Readonly<Record<string, string>>;
    readonly without?: readonly string[];
  }

  const CASES: readonly Case[] = [
    { rule: 'restore', change: 'restore', after: { dataSource: source('repo1') } },
    { rule: 'restore', change: 'restore', before: { dataSource: source('repo1') }, after: { dataSource: source('repo2') } },
    {
      rule: 'restoreInPlace',
      change: 'restore-in-place',
      after: { backups: backups([volume('repo1')], { enabled: true, repoName: 'repo1' }) },
    },
    {
      rule: 'restoreInPlace',
      change: 'restore-in-place',
      before: { backups: backups([volume('repo1')], { enabled: true, repoName: 'repo1' }) },
      after: { backups: backups([volume('repo1')], { enabled: true, repoName: 'repo1' }) },
      annotations: { [`${PGO}/pgbackrest-restore`]: 'again' },
    },
    {
      rule: 'restore',
      change: 'restore',
      before: { dataSource: source('repo1'), backups: backups([volume('repo1')], { enabled: true, repoName: 'repo1' }) },
      after: { dataSource: source('repo1') },
      annotationsBefore: { [`${PGO}/pgbackrest-restore`]: 'done' },
    },
    { rule: 'removeRepository', change: 'remove-repository=repo1', after: { backups: backups([s3('repo1')]) } },
    { rule: 'removeRepository', change: 'remove-repository=repo1', after: { backups: backups([volume('repo2')]) } },
    { rule: 'removeInstanceSet', change: 'remove-instance-set=instance1', after: { instances: [set('other')] } },
    { rule: 'changeVersion', change: 'postgres-version=16', after: { postgresVersion: 16 } },
    { rule: 'changeVersion', change: 'postgres-version=14', before: { shutdown: true }, after: { postgresVersion: 14, shutdown: true } },
    { rule: 'unprotect', change: 'unprotect', after: {}, without: [HOLDS_DATA_ANNOTATION] },
  ];

  test('has a case for each rule', () => {
    expect([...new Set(CASES.map(({ rule }) => rule))].sort()).toEqual(UPDATE_RULES.map(({ name }) => name).sort());
  });

  const MODES = [
    { mode: 'client-side', flags: [] },
    { mode: 'server-side', flags: ['--server-side'] },
  ];
  const named = CASES.flatMap((one, index) => MODES.map((mode) => ({ ...one, ...mode, name: `${mode.mode}-${index}` })));

  describe.each(named)('$rule, $change ($name)', (one) => {
    const { flags, change, name, before, after, annotations, annotationsBefore, without = [] } = one;
    const full = cluster(name, after, annotations);
    const kept = Object.entries(full.metadata.annotations ?? {}).filter(([key]) => !without.includes(key));
    const next = { ...full, metadata: { ...full.metadata, annotations: Object.fromEntries(kept) } };
    const naming = ['--namespace=default', `postgrescluster/${name}`];
    const refused = { code: 1, stderr: expect.stringContaining(`${name} would lose data by ${change}: `) as string };

    beforeAll(async () => {
      expect(await kubectl.apply(cluster(name, before, annotationsBefore), ...flags)).toMatchObject({ code: 0 });
      await kubectl.output(['patch', ...naming, '--subresource=status', '--type=merge', '--patch={"status":{"observedGeneration":1}}']);
    });
    afterAll(() => remove(name));

    test('is refused, also under the mark of another change', async () => {
      expect(await kubectl.apply(next, ...flags)).toMatchObject(refused);
      await kubectl.output(['annotate', ...naming, `${ALLOW_ANNOTATION}=${change}x,other`]);
      expect(await kubectl.apply(next, ...flags)).toMatchObject(refused);
      await kubectl.output(['annotate', ...naming, `${ALLOW_ANNOTATION}-`]);
    });

    test('is allowed by the mark that the refusal prints', async () => {
      const { stderr }: KubectlResult = await kubectl.apply(next, ...flags);
      const [command = ''] = /kubectl annotate .*$/m.exec(stderr) ?? [];
      expect(command).toMatch(new RegExp(` --namespace default ${name} ${ALLOW_ANNOTATION}=${change}$`));
      await kubectl.output(command.split(' ').slice(1));
      expect(await kubectl.apply(next, '--dry-run=server', ...flags)).toMatchObject({ code: 0 });
    });
  });

  describe('what loses nothing is allowed', () => {
    const live = cluster('growing', {}, { [`${PGO}/allow-upgrade`]: 'upgrade' });
    test.each<[string, Spec]>([
      [
        'a larger volume',
        { instances: [{ name: 'instance1', dataVolumeClaimSpec: { ...claim, resources: { requests: { storage: '2Gi' } } } }] },
      ],
      ['a second repository', { backups: backups([volume('repo1'), s3('repo2')]) }],
      ['a second instance set', { instances: [set('instance1'), set('instance2')] }],
      ['more replicas', { instances: [{ name: 'instance1', replicas: 3, dataVolumeClaimSpec: claim }] }],
      ['shutting down', { shutdown: true }],
    ])('%s', async (_what, after) => {
      const created = await create(live, { observedGeneration: 1 });
      expect(await refusalOf(created, cluster('growing', after))).toBeUndefined();
      await remove('growing');
    });

    test('the last step of a major upgrade, which sets the version and removes shutdown and the annotation', async () => {
      const before = cluster('growing', { shutdown: true }, { [`${PGO}/allow-upgrade`]: 'upgrade' });
      const created = await create(before, { postgresVersion: 16 });
      expect(await refusalOf(created, cluster('growing', { postgresVersion: 16 }))).toBeUndefined();
      expect(await refusalOf(created, cluster('growing', { postgresVersion: 17 }))).toContain('postgres-version=17');
      await remove('growing');
    });

    test('a dataSource before PGO has seen the cluster', async () => {
      const created = await create(cluster('growing'), undefined);
      expect(await refusalOf(created, cluster('growing', { dataSource: source('repo1') }))).toBeUndefined();
      await remove('growing');
    });
  });

  test('600 generated changes: the policy refuses what TypeScript finds, names the same changes, and never fails', async () => {
    const sample = fc.sample(fc.tuple(version, statuses, fc.array(change, { minLength: 12, maxLength: 12 })), {
      numRuns: 50,
      seed: 1,
    });
    let refusals = 0;
    for (const [before, status, edits] of sample) {
      const live = await create(before, status);
      for (const after of edits.map((edit) => edit(before))) {
        const refusal = await refusalOf(live, after);
        const expected = dataLossOf(live, after).map(({ change }) => change);
        const named = [...(/would lose data by (.*?): /.exec(refusal ?? '')?.[1]?.split(', ') ?? [])];
        const allowed =
          refusal === undefined ? [] : (new RegExp(`${ALLOW_ANNOTATION}=([^"\\s]*)`).exec(refusal)?.[1] ?? refusal).split(',');
        const marked = (live.metadata.annotations?.[ALLOW_ANNOTATION] ?? '').split(',').map((change) => change.trim());
        const missing = allowed.filter((change) => !marked.includes(change));
        expect({ before: live, after, changes: [...new Set(missing)].sort() }).toEqual({
          before: live,
          after,
          changes: [...expected].sort(),
        });
        expect(expected).toEqual(expect.arrayContaining(named));
        if (refusal !== undefined) refusals++;
      }
      await remove('generated');
    }
    expect(refusals).toBeGreaterThan(100);
    expect(sample.length * 12 - refusals).toBeGreaterThan(100);
  });
});
