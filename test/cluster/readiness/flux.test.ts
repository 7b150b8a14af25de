import type { LiveObject } from '../../../cluster/objects/live-object';
import { condition, live, stateOf } from './support';

const now = { observedGeneration: 2 };
const READY = { observedGeneration: 2, conditions: [condition('Ready', 'True', { reason: 'InstallSucceeded', ...now })] };

const release = (status: object, spec: object = {}): Promise<string> => stateOf(helmRelease(status, spec));
const helmRelease = (status: object, spec: object = {}): LiveObject => live('helm.toolkit.fluxcd.io/v2 HelmRelease', { spec, status });

describe('a HelmRelease', () => {
  test('is ready when Helm has installed this spec', async () => {
    expect(await release(READY)).toBe('ready');
    expect(await release({ ...READY, conditions: [condition('Ready', 'True', { observedGeneration: 1 })] })).toBe(
      'waiting: its controller has not observed the last change yet',
    );
    expect(await release({})).toMatch(/^waiting/);
  });

  test.each([
    ['SourceNotReady', 'latest generation of object has not been reconciled'],
    ['InstallFailed', 'Helm install failed for release f1/app: values do not meet the specifications of the schema'],
    ['DependencyNotReady', "dependency 'delivery/oper' is not ready"],
  ])('waits while %s', async (reason, message) => {
    const conditions = [condition('Ready', 'False', { reason, message, ...now })];
    expect(await release({ observedGeneration: -1, conditions })).toBe(`waiting: ${message}`);
  });

  test('waits while it is progressing or reconciling', async () => {
    const message = "Running 'install' action with timeout of 5m0s";
    expect(await release({ conditions: [condition('Ready', 'Unknown', { reason: 'Progressing', message, ...now })] })).toBe(
      `waiting: ${message}`,
    );
    const again = [...READY.conditions, condition('Reconciling', 'True', { message: 'drift is corrected', ...now })];
    expect(await release({ ...READY, conditions: again })).toBe('waiting: drift is corrected');
  });

  test('has failed when it is Stalled in this generation, not in an older one', async () => {
    const conditions = (observedGeneration: number): object => ({
      observedGeneration,
      conditions: [
        condition('Ready', 'False', { reason: 'InstallFailed', message: 'timeout waiting for: [Deployment/f1/app]', observedGeneration }),
        condition('Stalled', 'True', { reason: 'RetriesExceeded', message: 'Failed to install after 1 attempt(s)', observedGeneration }),
      ],
    });
    expect(await release(conditions(2))).toBe('failed: timeout waiting for: [Deployment/f1/app]');
    expect(await release(conditions(1))).toBe('waiting: its controller has not observed the last change yet');
  });

  test('has failed when it is suspended', async () => {
    expect(await release(READY, { suspend: true })).toBe('failed: is suspended: Flux does not reconcile it until spec.suspend is false');
  });

  describe.each([
    ['OCIRepository', { chartRef: { kind: 'OCIRepository', name: 'chart' } }, (id: string) => `1.0.0@sha256:${id.repeat(64)}`],
    [
      'GitRepository',
      { chart: { spec: { chart: 'chart', sourceRef: { kind: 'GitRepository', name: 'chart' } } } },
      (id: string) => `v1.0.0@sha1:${id.repeat(40)}`,
    ],
  ])('whose chart is in its %s, a change of which is not in its generation', (kind, spec, revision) => {
    const source = (id: string, status: object = READY): LiveObject =>
      live(`source.toolkit.fluxcd.io/v1 ${kind}`, { name: 'chart', status: { ...status, artifact: { revision: revision(id) } } });
    const installed = helmRelease({ ...READY, lastAttemptedRevision: '1.0.0+aaaaaaaaaaaa' }, spec);

    test('is ready with the chart that was fetched', async () => {
      expect(await stateOf(installed, [source('a')])).toBe('ready');
      expect(await stateOf(installed, [source('b')])).toBe('waiting: its new chart is not installed yet');
    });

    test('waits until the source is fetched as it is now', async () => {
      const old = { conditions: [condition('Ready', 'True', { observedGeneration: 1 })] };
      expect(await stateOf(installed, [source('a', old)])).toMatch(
        new RegExp(`^waiting: ${kind} \\S+chart: its controller has not observed the last change yet$`),
      );
      expect(await stateOf(installed, [])).toMatch(new RegExp(`^waiting: ${kind} \\S+chart is not found$`));
    });
  });
});

describe('a source', () => {
  const source = (kind: string, status: object, spec: object = {}): Promise<string> =>
    stateOf(live(`source.toolkit.fluxcd.io/v1 ${kind}`, { spec, status }));

  test.each(['GitRepository', 'HelmRepository', 'OCIRepository'])('that is a %s is ready when Flux has fetched it', async (kind) => {
    expect(await source(kind, READY)).toBe('ready');
    expect(await source(kind, {})).toMatch(/^waiting/);
  });

  test('waits when it cannot be fetched, and reports why', async () => {
    const message = 'failed to pull artifact: manifest unknown';
    const conditions = [condition('Ready', 'False', { message, ...now }), condition('FetchFailed', 'True', { message, ...now })];
    expect(await source('OCIRepository', { conditions })).toBe(`waiting: ${message}`);
  });

  test('that is a HelmRepository of type oci is ready when it exists', async () => {
    expect(await source('HelmRepository', {}, { type: 'oci' })).toBe('ready');
  });
});

test('a Kustomization is ready by the same conditions', async () => {
  expect(await stateOf(live('kustomize.toolkit.fluxcd.io/v1 Kustomization', { status: {} }))).toMatch(/^waiting/);
  expect(await stateOf(live('kustomize.toolkit.fluxcd.io/v1 Kustomization', { status: READY }))).toBe('ready');
});
