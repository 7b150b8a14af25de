import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromCluster, type InPlaceRestore, type Restore, toVolume } from '../../constructs/postgres/backup';
import { requestedRestores } from '../../scripts/requested-restores';
import { write } from '../../synthesis';
import { environments } from '../fixtures/environments';
import { synthesize } from '../fixtures/synthesize';

const folder = mkdtempSync(join(tmpdir(), 'restores-'));
afterAll(() => rmSync(folder, { recursive: true }));

function files(restore: { readonly restore?: Restore; readonly restoreInPlace?: InPlaceRestore }): ReadonlyMap<string, string> {
  const { local } = environments;
  if (!local) throw new Error('the tests need their environment local');
  const copy = { name: 'copy', version: 15, replicas: 1, storage: { size: '1Gi' }, backups: [toVolume({ size: '1Gi' })], ...restore };
  return synthesize({ local: { ...local, postgresClusters: [copy] } }).files;
}

const clone = { restore: fromCluster({ name: 'elsewhere', namespace: 'cvat', repository: 'repo1' }) };
const inPlace = (id: string): { restoreInPlace: InPlaceRestore } => ({ restoreInPlace: { id, repository: 'repo1' } });

test.each([
  ['no restore', {}, {}, []],
  ['a restore that is new', {}, clone, []],
  ['a restore that was requested before', clone, clone, ['restore']],
  ['a restore that is removed', clone, {}, []],
  ['another restore', clone, { restore: fromCluster({ name: 'elsewhere', repository: 'repo2' }) }, []],
  ['a restore in place that was requested before', inPlace('one'), inPlace('one'), ['restoreInPlace']],
  ['another restore in place', inPlace('one'), inPlace('two'), []],
])('%s', (_what, before, after, props) => {
  rmSync(folder, { recursive: true, force: true });
  write({ files: files(before) }, folder);
  expect(requestedRestores(folder, files(after))).toEqual(
    props.map((prop) => `  ${folder}/30-postgres.k8s.yaml  PostgresCluster cvat/copy: ${prop}`),
  );
});
