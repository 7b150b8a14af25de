import { postgresVersion } from '../../../review/rules/postgres-version';
import { findings, postgresCluster } from '../support';

test('reports another major version of PostgreSQL, in both directions', () => {
  const [old, next] = [postgresCluster({ postgresVersion: 15 }), postgresCluster({ postgresVersion: 16 })];
  expect(findings(postgresVersion, [old], [next])).toEqual([
    'spec.postgresVersion | PostgreSQL 15 -> 16 (major). Release notes: https://www.postgresql.org/docs/release/16.0/',
  ]);
  expect(findings(postgresVersion, [next], [old])).toEqual([expect.stringContaining('PostgreSQL 16 -> 15')]);
});

test('says nothing about a cluster of the same version', () => {
  expect(findings(postgresVersion, [postgresCluster()], [postgresCluster({ instances: [] })])).toEqual([]);
});
