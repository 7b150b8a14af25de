import type { LiveObject } from '../../../cluster/objects/live-object';
import { condition, live, stateOf } from './support';

const PGO = 'postgres-operator.crunchydata.com';

interface Parts {
  readonly image?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** The instances that still run. */
  readonly pods?: readonly LiveObject[];
}

const pod = live('v1 Pod', {
  name: 'it-instance1-abcd-0',
  labels: { [`${PGO}/cluster`]: 'it', [`${PGO}/instance-set`]: 'instance1', [`${PGO}/instance`]: 'it-instance1-abcd' },
  status: { conditions: [condition('Ready', 'True')] },
});

const SUCCEEDED = condition('Succeeded', 'True', { reason: 'PGUpgradeSucceeded', observedGeneration: 2 });
const FAILED = condition('Succeeded', 'False', { reason: 'PGUpgradeFailed', message: 'Upgrade jobs failed', observedGeneration: 2 });

function shutDown(conditions: readonly object[] | undefined, { image, annotations, pods = [] }: Parts = {}): Promise<string> {
  const upgrade =
    conditions && live(`${PGO}/v1beta1 PGUpgrade`, { name: 'it-to-16', spec: { toPostgresVersion: 16 }, status: { conditions } });
  const cluster = live(`${PGO}/v1beta1 PostgresCluster`, {
    annotations: annotations ?? { [`${PGO}/allow-upgrade`]: 'it-to-16' },
    spec: { postgresVersion: 15, shutdown: true, instances: [{ name: 'instance1' }], ...(image !== undefined && { image }) },
    status: { observedGeneration: 2 },
  });
  return stateOf(cluster, [...(upgrade ? [upgrade] : []), ...pods]);
}

test('waits until its pods are gone and its PGUpgrade has succeeded', async () => {
  expect(await shutDown(undefined, { pods: [pod] })).toBe('waiting: 1 of 1 instances are pending termination');
  expect(await shutDown(undefined)).toBe('waiting: is shut down until PGUpgrade it-to-16 has succeeded');
  expect(await shutDown([condition('Progressing', 'True', { observedGeneration: 2 })])).toMatch(/^waiting: is shut down until/);
  expect(await shutDown([FAILED])).toMatch(/^waiting: is shut down until/);
});

test('has failed with the next step when the PGUpgrade has succeeded', async () => {
  expect(await shutDown([SUCCEEDED])).toBe(
    'failed: its files are upgraded to PostgreSQL 16, and it is still shut down. ' +
      'Next: set version: 16 for it in the environment, remove upgrade, and deploy again',
  );
  expect(await shutDown([SUCCEEDED], { image: 'pg:15' })).toContain('set image to one of this version or remove it, remove upgrade');
});

test('is ready when it is shut down without an upgrade', async () => {
  expect(await shutDown(undefined, { annotations: {} })).toBe('ready');
});
