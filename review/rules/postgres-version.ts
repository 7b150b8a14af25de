import { valueAt } from '../../manifests/fields';
import { isUpdated } from '../object-change';
import type { ReviewRule } from '../rule';

/** A PostgresCluster has another major version of PostgreSQL. */
export const postgresVersion: ReviewRule = {
  name: 'postgres-version',
  class: 'versions',
  check({ changes }) {
    return changes
      .filter(isUpdated)
      .filter(({ before }) => before.manifest.kind === 'PostgresCluster')
      .flatMap((change) => {
        const [from, to] = [change.before, change.after].map(({ manifest }) => valueAt(manifest, 'spec', 'postgresVersion'));
        if (from === to) return [];
        const message = `PostgreSQL ${String(from)} -> ${String(to)} (major). Release notes: https://www.postgresql.org/docs/release/${String(to)}.0/`;
        return [{ change, field: 'spec.postgresVersion', message }];
      });
  },
};
