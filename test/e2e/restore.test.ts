import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../constructs/platform';
import { environments } from '../fixtures/environments';
import type { Live } from './harness/api';
import { type Cluster, startCluster } from './harness/cluster';
import { Commands } from './harness/command';
import { changed } from './harness/dist';
import type { Kubectl } from './harness/kubectl';
import { blocksOf, examplesOf } from './harness/page';

const PAGE = 'backups.md';
const EXAMPLES = examplesOf(PAGE);
const [S3_CONF = '', AZURE_CONF = ''] = blocksOf(PAGE, 'ini');
/** What the page is not about. */
const NOTHING_ELSE: Partial<Environment> = { cvat: undefined, appUserOperator: undefined, appUsers: undefined };
const INSTANCES = 'postgres-operator.crunchydata.com/instance';

let cluster: Cluster;
let kubectl: Kubectl;
let commands: Commands;

beforeAll(async () => {
  cluster = await startCluster();
  ({ kubectl } = cluster);
  commands = new Commands(cluster.controlPlane);
});

afterAll(async () => {
  commands?.close();
  await cluster?.stop();
});

/** The example whose text, as JSON, contains this. */
function example(text: string): (typeof EXAMPLES)[number] {
  const found = EXAMPLES.find((each) => JSON.stringify(each).includes(text));
  if (!found) throw new Error(`docs/${PAGE} has no example with ${text}`);
  return found;
}

function dist({ postgres, restoreInPlace, ...change }: (typeof EXAMPLES)[number]): string {
  const own = environments['local']?.postgres as NonNullable<Environment['postgres']>;
  const merged = { ...own, ...postgres, ...(restoreInPlace && { restoreInPlace }) };
  return changed('local', cluster.controlPlane.directory, { ...NOTHING_ELSE, ...change, postgres: merged }).folder;
}

async function podsOf(name: string, namespace = 'cvat'): Promise<string[]> {
  const selector = `${INSTANCES},postgres-operator.crunchydata.com/cluster=${name}`;
  const { items } = await kubectl.get<{ items: Live[] }>('pods', '-n', namespace, '-l', selector);
  return items.map(({ metadata }) => metadata.uid).sort();
}

/** The arguments of the Job that restored a cluster, as far as the stand-in for PGO has them: from where, and the options. */
async function restored(name: string, namespace = 'cvat'): Promise<string[]> {
  const job = await kubectl.get<{ spec: { template: { spec: { containers: { args: string[] }[] } } } }>(
    'job',
    `${name}-pgbackrest-restore`,
    '-n',
    namespace,
  );
  return job.spec.template.spec.containers[0]?.args ?? [];
}

describe('the examples of docs/backups.md', () => {
  let original: readonly string[];

  test('clone a cluster beside it, in one deployment of both', async () => {
    await commands.output('deploy', dist(example('"my-postgres-copy"')));
    original = await podsOf('my-postgres');
    expect(original).toHaveLength(2);
    expect(await podsOf('my-postgres-copy')).toHaveLength(1);
    expect(await restored('my-postgres-copy')).toEqual(['my-postgres', 'repo1']);
    for (const name of ['my-postgres', 'my-postgres-copy']) {
      const deletion = await kubectl.run(['delete', 'postgrescluster', name, '-n', 'cvat', '--wait=false']);
      expect(deletion).toMatchObject({ code: 1, stderr: expect.stringContaining(`${name} holds data`) as string });
    }
  });

  test('restore to a point in time beside it', async () => {
    const stdout = await commands.output('deploy', dist(example('"my-postgres-before"')));
    expect(await restored('my-postgres-before')).toEqual(['my-postgres', 'repo1', '--type=time', '--target="2026-11-20 14:29:00+00"']);
    expect(await podsOf('my-postgres')).toEqual(original);
    // The first copy is no longer in dist, and holds data.
    expect(stdout).toMatch(/PostgresCluster cvat\/my-postgres-copy/);
    expect(await podsOf('my-postgres-copy')).toHaveLength(1);
  });

  test('restore in place only when asked for in words, and once', async () => {
    const folder = dist(example('"before-the-import"'));
    const refused = await commands.run('deploy', folder);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--allow restore-in-place') as string });
    expect(await podsOf('my-postgres')).toEqual(original);

    const [command = ''] = blocksOf(PAGE, 'bash').filter((block) => block.includes('restore-in-place'));
    const [, options = ''] = /npm run deploy -- (.*)/.exec(command) ?? [];
    await commands.output('deploy', folder, ...options.split(' '));
    expect(await restored('my-postgres')).toEqual(['my-postgres', 'repo1', '--type=time', '--target="2026-11-20 14:29:00+00"']);
    const after = await podsOf('my-postgres');
    expect(after).toHaveLength(2);
    expect(after.filter((pod) => original.includes(pod))).toEqual([]);

    await commands.output('deploy', folder);
    await commands.output('deploy', dist({}));
    expect(await podsOf('my-postgres')).toEqual(after);
  });

  test.each([
    ['s3', S3_CONF],
    ['azure', AZURE_CONF],
  ])('restore from %s into a new cluster', async (kind, conf) => {
    await kubectl.output(['create', 'namespace', kind]);
    const file = join(cluster.controlPlane.directory, `${kind}.conf`);
    writeFileSync(file, conf);
    await kubectl.output(['create', 'secret', 'generic', 'my-postgres-backup', '-n', kind, `--from-file=${file}`]);
    const found = EXAMPLES.find(({ postgres }) => postgres?.restore?.kind === kind);
    if (!found) throw new Error(`docs/${PAGE} has no restore from ${kind}`);
    await commands.output('deploy', dist({ ...found, namespace: kind }));
    const [place = '{}', ...others] = await restored('my-postgres', kind);
    expect(JSON.parse(place)).toMatchObject({ name: 'repo1', [kind]: {} });
    expect(others).toEqual([]);
    const { spec } = await kubectl.get<{ spec: { dataSource: { pgbackrest: { global: object } } } }>(
      'postgrescluster',
      'my-postgres',
      '-n',
      kind,
    );
    expect(spec.dataSource.pgbackrest.global).toEqual({ 'repo1-path': '/pgbackrest/cvat/my-postgres/repo1' });
    expect(await podsOf('my-postgres', kind)).toHaveLength(2);
  });
});
