import fc from 'fast-check';
import { stringify } from 'yaml';
import type { LiveObject } from '../../../cluster/objects/live-object';
import { readinessOf } from '../../../cluster/readiness';
import { condition, live, contextOf, stateOf } from './support';
import { type ReleaseParts, releaseSecret } from './releases';

const SPEC = { chart: 'oci://registry-1.docker.io/cvat/cvat', version: '2.73.0', targetNamespace: 'cvat', failurePolicy: 'retry' };
/** As the controller leaves it during and after the installation, and while retries fail. */
const STATUS = {
  conditions: [
    condition('JobCreated', 'True', { reason: 'Job created', message: 'Applying HelmChart using Job kube-system/helm-install-cvat' }),
    condition('Failed', 'False'),
  ],
  jobName: 'helm-install-cvat',
};

function chart(spec: object = {}, status: object = STATUS): LiveObject {
  return live('helm.cattle.io/v1 HelmChart', { namespace: 'kube-system', name: 'cvat', spec: { ...SPEC, ...spec }, status });
}

function installJob(fields: Readonly<Record<string, unknown>> = {}, hash?: string): LiveObject {
  const env = hash === undefined ? [] : [{ name: 'CONFIG_HASH', value: hash }];
  const spec = { suspend: false, template: { spec: { containers: [{ name: 'helm', env }] } } };
  return live('batch/v1 Job', { namespace: 'kube-system', name: 'helm-install-cvat', spec, status: { active: 1 }, ...fields });
}

function podOf(job: LiveObject, status: object): LiveObject {
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: job.metadata.name, uid: job.metadata.uid };
  const labels = { 'helmcharts.helm.cattle.io/chart': 'cvat' };
  return live('v1 Pod', { namespace: 'kube-system', name: 'helm-install-cvat-x', labels, more: { ownerReferences: [owner] }, status });
}

/** What a HelmChart with this spec is when its newest release is this. */
function withRelease(spec: object, release: ReleaseParts, ...others: readonly LiveObject[]): Promise<string> {
  return stateOf(chart(spec), [releaseSecret(release), installJob(), ...others]);
}

describe('without a release, a HelmChart waits and reports the state of its install Job', () => {
  const COMPLETE = { conditions: [condition('Complete', 'True')] };

  test('that does not exist yet', async () => {
    expect(await stateOf(chart())).toBe('waiting: the Helm controller has not created an install Job yet');
  });

  test.each([
    ['its install Job is running', { status: { active: 1 } }],
    ['its install Job has not started yet', { spec: { suspend: true } }],
    ['its last install Job is complete', { status: COMPLETE }],
    ['the Helm controller has not created an install Job yet', { more: { deletionTimestamp: '2026-11-23T10:00:00Z' } }],
  ])('%s', async (reason, fields) => {
    expect(await stateOf(chart(), [installJob(fields)])).toBe(`waiting: ${reason}`);
  });

  test('whose pod fails', async () => {
    const job = installJob();
    const terminated = { exitCode: 1, message: '+ helm install\nError: create: failed to create: namespaces "nowhere" not found\n' };
    const pod = podOf(job, { phase: 'Running', containerStatuses: [{ restartCount: 3, state: {}, lastState: { terminated } }] });
    expect(await stateOf(chart(), [job, pod])).toBe(
      'waiting: its install Job failed 3 times: Error: create: failed to create: namespaces "nowhere" not found. ' +
        'Read its log: kubectl -n kube-system logs job/helm-install-cvat',
    );
  });

  test('not that of another Job', async () => {
    const other = podOf(installJob(), {
      phase: 'Failed',
      containerStatuses: [{ restartCount: 0, state: { terminated: { exitCode: 1 } } }],
    });
    expect(await stateOf(chart(), [installJob(), other])).toBe('waiting: its install Job is running');
  });
});

test('a HelmChart has failed when its condition Failed is true', async () => {
  const message = 'Job has reached configured number of retries without succeeding';
  const status = { conditions: [condition('Failed', 'True', { reason: 'Job failed', message })] };
  expect(await stateOf(chart({}, status), [releaseSecret()])).toBe(
    `failed: ${message}. Read the log of its Job: kubectl -n kube-system logs job/helm-install-cvat. ` +
      'Then correct the chart or its values, and deploy again',
  );
});

describe('a HelmChart with a release', () => {
  test('is ready when the newest revision is deployed and of its spec', async () => {
    expect(await withRelease({}, {})).toBe('ready');
    expect(await withRelease({ valuesContent: 'a:\n  b: 1\n  c: x\n' }, { config: { a: { c: 'x', b: 1 } } })).toBe('ready');
  });

  test('is looked for in targetNamespace, or in the namespace of the HelmChart', async () => {
    expect(await withRelease({ targetNamespace: 'elsewhere' }, {})).toBe('waiting: its install Job is running');
    const beside = { ...releaseSecret(), metadata: { ...releaseSecret().metadata, namespace: 'kube-system' } };
    expect(await stateOf(chart({ targetNamespace: undefined }), [beside])).toBe('ready');
  });

  test.each(['v2.73.0', '2.73.0+build', '>=2.0.0', '2.73', undefined])('accepts release 2.73.0 for version %s', async (version) => {
    expect(await withRelease({ version }, { version: '2.73.0+d9d7cfb77c00' })).toBe('ready');
  });

  test.each(['2.73.1', '2.73.0-rc.1'])('waits for version %s while 2.73.0 is installed', async (version) => {
    expect(await withRelease({ version }, {})).toBe(`waiting: version 2.73.0 is installed, not ${version}: its install Job is running`);
  });

  test('waits for its values even when its install Job is complete', async () => {
    const complete = installJob({ status: { conditions: [condition('Complete', 'True')] } });
    expect(await stateOf(chart({ valuesContent: 'a: 2' }), [releaseSecret({ config: { a: 1 } }), complete])).toBe(
      'waiting: its values are not installed yet: its last install Job is complete',
    );
  });

  test('merges valuesContent, values and set', async () => {
    const spec = { valuesContent: 'a: { b: 1, c: 1, d: 1 }', values: { a: { c: 2, d: 2 } }, set: { 'a.d': 3 } };
    expect(await withRelease(spec, { config: { a: { b: 1, c: 2, d: 3 } } })).toBe('ready');
  });

  test('is ready by version and status alone where values come from Secrets or a HelmChartConfig', async () => {
    const config = live('helm.cattle.io/v1 HelmChartConfig', { namespace: 'kube-system', name: 'cvat', spec: { valuesContent: 'b: 1' } });
    expect(await withRelease({ valuesContent: 'a: 1', valuesSecrets: [{ name: 's' }] }, { config: { a: 1, secret: 1 } })).toBe('ready');
    expect(await withRelease({ valuesContent: 'a: 1' }, { config: { a: 1, b: 1 } }, config)).toBe('ready');
    expect(await withRelease({ valuesContent: 'a: 1' }, { version: '1.0.0', config: {} }, config)).toMatch(/^waiting/);
  });

  test('is ready with the values of the last release when its spec has none, as Helm reuses them', async () => {
    expect(await withRelease({}, { config: { a: 1 } })).toBe('ready');
  });

  test('waits while the hash of its install Job differs from that of the release', async () => {
    const release = releaseSecret({ labels: { 'helmcharts.helm.cattle.io/configHash': 'AB' } });
    expect(await stateOf(chart(), [release, installJob({}, 'CD')])).toBe(
      'waiting: its last change is not installed yet: its install Job is running',
    );
    expect(await stateOf(chart(), [release, installJob({}, 'AB')])).toBe('ready');
  });

  test.each(['pending-install', 'pending-upgrade', 'uninstalling'])('waits while the release is %s', async (status) => {
    expect(await withRelease({}, { status })).toBe(`waiting: its release is ${status}: its install Job is running`);
  });

  test('waits after a failed attempt that Helm retries, and reports the failure', async () => {
    const release = { status: 'failed', description: 'Upgrade "cvat" failed: timed out waiting for the condition' };
    expect(await withRelease({}, release)).toBe(
      'waiting: the last attempt failed and will be retried: Upgrade "cvat" failed: timed out waiting for the condition',
    );
    expect(await withRelease({ failurePolicy: undefined }, release)).toMatch(/^waiting/);
  });

  test('after a failed attempt names the object that is not ready, and not those that were not created', async () => {
    const manifest = '---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: server\n';
    const release = { status: 'failed', description: 'timed out waiting for the condition', manifest };
    const labels = { app: 'server' };
    const server = live('apps/v1 Deployment', {
      name: 'server',
      spec: { replicas: 1, selector: { matchLabels: labels } },
      status: { observedGeneration: 2, replicas: 1, updatedReplicas: 1 },
    });
    const state = { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "cvat/server:nope"' } };
    const pod = live('v1 Pod', { name: 'server-x', labels, status: { phase: 'Pending', containerStatuses: [{ state }] } });
    const failure = 'waiting: the last attempt failed and will be retried: timed out waiting for the condition';
    expect(await withRelease({}, release, server, pod)).toBe(
      `${failure}: Deployment cvat/server: 0 of 1 replicas are ready: ` +
        'Pod server-x cannot start: ImagePullBackOff: Back-off pulling image "cvat/server:nope"',
    );
    expect(await withRelease({}, release)).toBe(failure);
  });

  test('reports the line after a count of errors, also while Helm retries', async () => {
    const description =
      'Upgrade "cvat" failed: post-upgrade hooks failed: 1 error occurred:\n\t* job broken failed: BackoffLimitExceeded\n\n';
    const failure = releaseSecret({ revision: 2, status: 'failed', description });
    const reason =
      'waiting: the last attempt failed and will be retried: ' +
      'Upgrade "cvat" failed: post-upgrade hooks failed: 1 error occurred: * job broken failed: BackoffLimitExceeded';
    expect(await stateOf(chart(), [failure])).toBe(reason);
    expect(await stateOf(chart(), [failure, releaseSecret({ revision: 3, status: 'pending-upgrade' })])).toBe(reason);
  });

  test('has failed after a failed attempt when failurePolicy of it or of its HelmChartConfig is abort', async () => {
    const release = { status: 'failed', description: 'timed out.' };
    const reason =
      'failed: the last attempt failed, and failurePolicy abort prevents a retry: timed out. ' +
      'Fix the cause, then delete the failed release: helm -n cvat uninstall cvat';
    const config = live('helm.cattle.io/v1 HelmChartConfig', { namespace: 'kube-system', name: 'cvat', spec: { failurePolicy: 'abort' } });
    expect(await withRelease({ failurePolicy: 'abort' }, release)).toBe(reason);
    expect(await withRelease({}, release, config)).toBe(reason);
  });

  test('is not ready by an older deployed revision', async () => {
    const secrets = [releaseSecret({ revision: 9 }), releaseSecret({ revision: 10, status: 'failed' })];
    expect(await stateOf(chart(), secrets)).toMatch(/^waiting: the last attempt failed/);
  });

  test('waits when the release cannot be decoded', async () => {
    const secret = { ...releaseSecret(), data: { release: 'bm90aGluZw==' } };
    expect(await stateOf(chart(), [secret])).toBe('waiting: its release cannot be read from Secret cvat/sh.helm.release.v1.cvat.v1');
  });
});

describe('an object of the release', () => {
  const named = (kind: string, name: string, more = ''): string =>
    `---\napiVersion: apps/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${more}`;
  const deployment = (name: string, available: number, namespace = 'cvat'): LiveObject => {
    const status = { observedGeneration: 2, replicas: 1, updatedReplicas: 1, availableReplicas: available };
    return live('apps/v1 Deployment', { namespace, name, spec: { replicas: 1 }, status });
  };

  test('must be ready', async () => {
    const manifest = named('Deployment', 'one') + named('Deployment', 'two', '  namespace: other\n');
    expect(await withRelease({}, { manifest }, deployment('one', 1), deployment('two', 1, 'other'))).toBe('ready');
    expect(await withRelease({}, { manifest }, deployment('one', 1), deployment('two', 0, 'other'))).toBe(
      'waiting: Deployment other/two: 0 of 1 replicas are ready',
    );
  });

  test('must exist', async () => {
    expect(await withRelease({}, { manifest: named('Deployment', 'one') })).toBe('waiting: Deployment cvat/one is not found');
  });

  test('is counted when several are not ready', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const manifest = names.map((name) => named('Deployment', name)).join('');
    expect(await withRelease({}, { manifest }, ...names.map((name) => deployment(name, 0)))).toBe(
      'waiting: 4 objects are not ready, one of them: Deployment cvat/a: 0 of 1 replicas are ready',
    );
  });

  test('is listed once for each kind and namespace, and only if its kind has a rule', async () => {
    const manifest = named('Deployment', 'a') + named('Deployment', 'b') + named('StatefulSet', 'c') + named('Unknown', 'd');
    const context = contextOf([releaseSecret({ manifest }), deployment('a', 1), deployment('b', 1)]);
    const kinds = new Set<string>();
    const list: typeof context.list = (kind, options) => {
      kinds.add(`${kind.kind} ${options?.namespace ?? ''}`);
      return context.list(kind, options);
    };
    await readinessOf(chart(), { ...context, list });
    expect([...kinds].sort()).toEqual(['Deployment cvat', 'Secret cvat', 'StatefulSet cvat']);
  });

  test('may be missing when it is a Job with ttlSecondsAfterFinished', async () => {
    const job = (spec: string): string => `---\napiVersion: batch/v1\nkind: Job\nmetadata:\n  name: migrate\nspec: {${spec}}\n`;
    expect(await withRelease({}, { manifest: job('ttlSecondsAfterFinished: 60') })).toBe('ready');
    expect(await withRelease({}, { manifest: job('') })).toBe('waiting: Job cvat/migrate is not found');
  });

  test('that has failed makes the HelmChart fail', async () => {
    const manifest = named('Deployment', 'one') + '---\napiVersion: batch/v1\nkind: Job\nmetadata:\n  name: migrate\n';
    const job = live('batch/v1 Job', { name: 'migrate', status: { conditions: [condition('Failed', 'True', { message: 'No.' })] } });
    expect(await withRelease({}, { manifest }, deployment('one', 0), job)).toBe(
      'failed: 2 objects are not ready, one of them: Job cvat/migrate: No. Read its log: kubectl -n cvat logs job/migrate',
    );
  });
});

test('a HelmChart is ready exactly when its newest release has its version and values, in any order', async () => {
  const values = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof(fc.integer(), fc.boolean(), fc.constantFrom('x', 'y')), {
    minKeys: 1,
  });
  const version = fc.constantFrom('1.0.0', '1.0.1');
  const sides = fc.record({ wanted: fc.tuple(version, values), found: fc.tuple(version, values), same: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(sides, async ({ wanted, found, same }) => {
      const [foundVersion, foundValues] = same ? wanted : found;
      const config = Object.fromEntries(Object.entries(foundValues).reverse());
      const state = await withRelease({ version: wanted[0], valuesContent: stringify(wanted[1]) }, { version: foundVersion, config });
      const isSame = canonical(wanted) === canonical([foundVersion, foundValues]);
      expect(state === 'ready').toBe(isSame);
    }),
    { seed: 1, numRuns: 300 },
  );
});

function canonical([version, values]: readonly [string, object]): string {
  return JSON.stringify([version, Object.entries(values).sort()]);
}
