import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { valueAt } from '../manifests/fields';
import { formatKey, idOf, keyOf, type Manifest } from '../manifests/manifest';

const RESTORE = 'postgres-operator.crunchydata.com/pgbackrest-restore';

/**
 * The restores that a folder of manifests requests already, as lines for the terminal. Once they are done, their requests should be removed: a cluster that is
 * created again would be restored again, and PGO remembers the last restore of a cluster only.
 *
 * @param folder what was written before
 * @param files what is written now
 */
export function requestedRestores(folder: string, files: ReadonlyMap<string, string>): string[] {
  return [...files].flatMap(([file, text]) => {
    const path = join(folder, file);
    // Most files have none, and parsing takes longer than this.
    if (!/^kind: PostgresCluster$/m.test(text) || !existsSync(path)) return [];
    const before = new Map(clustersIn(readFileSync(path, 'utf8')).map((cluster) => [idOf(keyOf(cluster)), requestsOf(cluster)]));
    return clustersIn(text).flatMap((cluster) =>
      Object.entries(requestsOf(cluster))
        .filter(([prop, request]) => request !== undefined && isDeepStrictEqual(before.get(idOf(keyOf(cluster)))?.[prop], request))
        .map(([prop]) => `  ${join(folder, file)}  ${formatKey(keyOf(cluster))}: ${prop}`),
    );
  });
}

/** By the prop that requests it. */
function requestsOf({ metadata, spec }: Manifest): Readonly<Record<string, unknown>> {
  const inPlace = valueAt(spec, 'backups', 'pgbackrest', 'restore');
  return {
    restore: valueAt(spec, 'dataSource'),
    restoreInPlace: valueAt(inPlace, 'enabled') === true ? [metadata.annotations?.[RESTORE], inPlace] : undefined,
  };
}

function clustersIn(text: string): Manifest[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter((object) => object?.kind === 'PostgresCluster') as Manifest[];
}
