import { tooFewReplicas } from '../../../review/rules/too-few-replicas';
import { findings, postgresCluster } from '../support';

const cluster = (replicas: number, synchronous: boolean, count?: number): ReturnType<typeof postgresCluster> =>
  postgresCluster({
    instances: [{ name: 'one', replicas }],
    patroni: { dynamicConfiguration: { synchronous_mode: synchronous, ...(count !== undefined && { synchronous_node_count: count }) } },
  });

test('reports fewer instances than synchronous replication needs, and not more', () => {
  expect(findings(tooFewReplicas, [cluster(3, true)], [cluster(1, true)])).toEqual([
    expect.stringContaining('spec.instances | Synchronous replication needs 2 instances; got 1.'),
  ]);
  expect(findings(tooFewReplicas, [cluster(1, true)], [cluster(3, true)])).toEqual([]);
  expect(findings(tooFewReplicas, [cluster(3, true)], [cluster(2, true)])).toEqual([]);
});

test('counts the replicas that must confirm', () => {
  expect(findings(tooFewReplicas, [cluster(3, true, 2)], [cluster(2, true, 2)])).toEqual([
    expect.stringContaining('needs 3 instances; got 2'),
  ]);
});

test('reports that replication is no longer synchronous, and not that it becomes it', () => {
  expect(findings(tooFewReplicas, [cluster(3, true)], [cluster(3, false)])).toEqual([expect.stringContaining('no longer synchronous')]);
  expect(findings(tooFewReplicas, [cluster(3, false)], [cluster(3, true)])).toEqual([]);
  expect(findings(tooFewReplicas, [cluster(3, false)], [cluster(1, false)])).toEqual([]);
});
