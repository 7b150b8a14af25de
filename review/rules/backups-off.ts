import { isMap, listOf, valueAt } from '../../manifests/fields';
import type { Manifest } from '../../manifests/manifest';
import { isUpdated } from '../object-change';
import type { ReviewRule } from '../rule';

/** A PostgresCluster has a repository or a schedule of backups less, or no longer archives its write-ahead log. */
export const backupsOff: ReviewRule = {
  name: 'backups-off',
  class: 'data',
  check({ changes }) {
    return changes
      .filter(isUpdated)
      .filter(({ before }) => before.manifest.kind === 'PostgresCluster')
      .flatMap((change) => {
        const [before, after] = [change.before.manifest, change.after.manifest];
        return [...removedParts(before, after), ...archiving(before, after)].map((found) => ({ change, ...found }));
      });
  },
};

interface Located {
  readonly field: string;
  readonly message: string;
}

const REPOS = ['spec', 'backups', 'pgbackrest', 'repos'];

function removedParts(before: Manifest, after: Manifest): Located[] {
  const next = repositoriesOf(after);
  return [...repositoriesOf(before)].flatMap(([name, schedules]): Located[] => {
    const field = `${REPOS.join('.')}[name=${name}]`;
    const later = next.get(name);
    if (!later) return [{ field, message: `No more backups are written to ${name}, and a restore no longer finds those in it.` }];
    return [...schedules]
      .filter((schedule) => !later.has(schedule))
      .map((schedule) => ({
        field: `${field}.schedules.${schedule}`,
        message: `There are no more scheduled ${schedule} backups in ${name}.`,
      }));
  });
}

function repositoriesOf(cluster: Manifest): Map<string, Set<string>> {
  return new Map(
    listOf(valueAt(cluster, ...REPOS)).map((repo) => {
      const schedules = valueAt(repo, 'schedules');
      return [String(valueAt(repo, 'name')), new Set(isMap(schedules) ? Object.keys(schedules) : [])];
    }),
  );
}

const PARAMETERS = ['spec', 'patroni', 'dynamicConfiguration', 'postgresql', 'parameters'];

/** A point in time can only be restored from an archive. */
function archiving(before: Manifest, after: Manifest): Located[] {
  const isOff = (cluster: Manifest): boolean => ['off', 'false'].includes(String(valueAt(cluster, ...PARAMETERS, 'archive_mode')));
  if (isOff(before) || !isOff(after)) return [];
  return [
    {
      field: [...PARAMETERS, 'archive_mode'].join('.'),
      message: 'The write-ahead log is no longer archived: no point in time can be restored.',
    },
  ];
}
