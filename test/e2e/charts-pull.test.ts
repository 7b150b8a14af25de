import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ChartSource, fromArchive, fromGit, fromRepository } from '../../constructs/helm/chart-source';
import { LOCK_FILE, readChartLock, vendoredFinding } from '../../manifests/chart-lock';
import { pullCharts } from '../../scripts/charts/pull-charts';
import { availableVersions } from '../../scripts/charts/available-versions';
import { findControlPlane, findFlux } from '../../scripts/control-plane';
import { ChartServer } from './harness/chart-server';

const ADDED = /added: charts\/app-1\.0\.0\.tgz$/;
let folder: string;
let server: ChartServer;
const before = { folder: process.cwd(), helm: process.env['HELM'] };

beforeAll(() => (process.env['HELM'] = join(findControlPlane(), 'helm')));
afterAll(() => (process.env['HELM'] = before.helm ?? ''));

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'charts-pull-'));
  process.chdir(folder);
  process.env['HELM_CONFIG_HOME'] = join(folder, 'helm-config');
  process.env['HELM_CACHE_HOME'] = join(folder, 'helm-cache');
  server = await ChartServer.start();
  publish('one: 1\n');
});

afterEach(async () => {
  process.chdir(before.folder);
  await server.stop();
  rmSync(folder, { recursive: true });
});

function helm(...args: string[]): string {
  return execFileSync(process.env['HELM'] ?? '', args, { encoding: 'utf8', env: process.env });
}

/** A chart with a subchart, below the folder. */
function writeChart(path: string, values: string): string {
  const chart = join(folder, path);
  mkdirSync(join(chart, 'templates'), { recursive: true });
  mkdirSync(join(chart, 'charts', 'part'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: app\nversion: 1.0.0\nappVersion: "7"\nkubeVersion: ">=1.25.0-0"\n');
  writeFileSync(join(chart, 'charts', 'part', 'Chart.yaml'), 'apiVersion: v2\nname: part\nversion: 0.1.0\n');
  writeFileSync(join(chart, 'values.yaml'), values);
  writeFileSync(join(chart, 'templates', 'a.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n');
  return chart;
}

/** Publishes version 1.0.0 of the chart `app` with these values. */
function publish(values: string): void {
  const site = mkdtempSync(join(folder, 'site-'));
  helm('package', writeChart('source/app', values), '--destination', site);
  helm('repo', 'index', site, '--url', server.url);
  for (const name of readdirSync(site)) server.files.set(`/${name}`, readFileSync(join(site, name)));
}

/** Adds another chart to the index. */
function publishOther(): void {
  const entry = '  other:\n    - { apiVersion: v2, name: other, version: 1.0.0, urls: [other-1.0.0.tgz] }\n';
  const site = mkdtempSync(join(folder, 'site-'));
  const chart = join(folder, 'source', 'other');
  mkdirSync(chart, { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: other\nversion: 1.0.0\n');
  helm('package', chart, '--destination', site);
  server.files.set('/other-1.0.0.tgz', readFileSync(join(site, 'other-1.0.0.tgz')));
  const index = (server.files.get('/index.yaml') ?? '').toString().replace('entries:\n', `entries:\n${entry}`);
  server.files.set('/index.yaml', Buffer.from(index));
}

function nothingIsLeft(): void {
  expect(existsSync(LOCK_FILE)).toBe(false);
  expect(existsSync('charts') ? readdirSync('charts') : []).toEqual([]);
}

async function pull(
  source: ChartSource = fromRepository(server.url, 'app', '1.0.0'),
  again = false,
): Promise<{ lines: string[]; reasons: string[] }> {
  const lines: string[] = [];
  const failures = await pullCharts([source], { again, report: (line) => void lines.push(line) });
  return { lines, reasons: failures.map(({ reason }) => reason) };
}

test('pulls a chart from an HTTP repository and locks it with its subcharts', async () => {
  const { lines, reasons } = await pull();
  expect(reasons).toEqual([]);
  expect(lines.at(-1)).toMatch(ADDED);
  expect(readChartLock().charts).toEqual([
    {
      source: `${server.url} app 1.0.0`,
      file: 'charts/app-1.0.0.tgz',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      name: 'app',
      version: '1.0.0',
      appVersion: '7',
      kubeVersion: '>=1.25.0-0',
      deprecated: false,
      subcharts: [{ name: 'part', version: '0.1.0', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    },
  ]);
});

describe.each([
  ['Helm 3', () => join(findControlPlane(), 'helm')],
  ['Helm 4', () => join(findFlux(), 'helm')],
])('a private repository, with %s', (_name, helmOf) => {
  const login = 'reader:hunter2';
  beforeEach(() => {
    process.env['HELM'] = helmOf();
    server.login = login;
  });
  afterEach(() => (process.env['HELM'] = join(findControlPlane(), 'helm')));

  test("is pulled from, and asked for versions, with the login of Helm's configuration, which the lock file does not contain", async () => {
    const add = ['repo', 'add', 'ours', server.url, '--username', 'reader', '--password', 'hunter2'];
    await promisify(execFile)(process.env['HELM'] ?? '', add, { env: process.env }); // this process answers it
    expect((await pull()).reasons).toEqual([]);
    expect(readChartLock().charts).toHaveLength(1);
    expect(readFileSync(LOCK_FILE, 'utf8')).not.toContain('hunter2');
    expect(await availableVersions(fromRepository(server.url, 'app', '1.0.0'))).toEqual([{ version: '1.0.0', deprecated: false }]);
  });

  test('that Helm does not know is reported', async () => {
    expect((await pull()).reasons.join()).toMatch(/401/);
    nothingIsLeft();
  });
});

test('does not pull again what is there, and pulls it when its file is lost', async () => {
  await pull();
  const asked = server.requests.length;
  expect((await pull()).lines).toEqual([`[1/1] ${server.url} app 1.0.0  unchanged`]);
  expect(server.requests.length).toBe(asked);
  rmSync('charts/app-1.0.0.tgz');
  expect((await pull()).reasons).toEqual([]);
  expect(existsSync('charts/app-1.0.0.tgz')).toBe(true);
});

test('refuses a version that was published again with other content, shows both digests, and keeps what was there', async () => {
  await pull();
  const { sha256 } = readChartLock().charts[0] ?? { sha256: '' };
  const archive = readFileSync('charts/app-1.0.0.tgz');
  publish('one: 2\n');
  rmSync('helm-cache', { recursive: true, force: true });
  const { reasons } = await pull(undefined, true);
  expect(reasons.join()).toMatch(
    new RegExp(
      `published again with other content: the lock file has sha256 ${sha256}, and the source now has (?!${sha256})[0-9a-f]{64}\\.`,
    ),
  );
  expect(readFileSync('charts/app-1.0.0.tgz').equals(archive)).toBe(true);
  expect(readChartLock().charts[0]?.sha256).toBe(sha256);
});

test.each<[string, () => void, RegExp]>([
  ['an archive that is not found', () => server.faults.set('/app-1.0.0.tgz', 'not found'), /404/],
  ['a repository that is not found', () => server.faults.set('/index.yaml', 'not found'), /404/],
  ['a transfer that is cut off', () => server.faults.set('/app-1.0.0.tgz', 'cut off'), /unexpected EOF/],
])('%s is reported, and leaves nothing behind', async (_name, spoil, expected) => {
  spoil();
  const { reasons } = await pull();
  expect(reasons.join()).toMatch(expected);
  nothingIsLeft();
});

test('an archive whose checksum is not that of the index is refused, with both', async () => {
  const index = server.files.get('/index.yaml') ?? '';
  publish('one: 2\n');
  server.files.set('/index.yaml', Buffer.from(index));
  const { reasons } = await pull();
  expect(reasons.join()).toMatch(
    /^\S+ app 1\.0\.0: the archive must have the sha256 that .* records \([0-9a-f]{64}\); got [0-9a-f]{64}\. /,
  );
  nothingIsLeft();
});

test('a server that always asks to wait (429) is reported', async () => {
  server.faults.set('/app-1.0.0.tgz', { status: 429, times: Infinity });
  expect((await pull()).reasons.join()).toMatch(/429/);
  nothingIsLeft();
});

test('what could not be pulled is pulled by the next run, and nothing else', async () => {
  const other = fromRepository(server.url, 'other', '1.0.0');
  server.faults.set('/app-1.0.0.tgz', 'cut off');
  publishOther();
  const sources = [other, fromRepository(server.url, 'app', '1.0.0')];
  expect(await pullCharts(sources)).toHaveLength(1);
  expect(readdirSync('charts').sort()).toEqual(['charts.lock.json', 'other-1.0.0.tgz']);
  server.faults.clear();
  server.requests.length = 0;
  expect(await pullCharts(sources)).toEqual([]);
  expect(server.requests).not.toContain('/other-1.0.0.tgz');
  expect(readChartLock().charts.map(({ name }) => name)).toEqual(['app', 'other']);
});

test('a server that asks to wait (429) is asked again', async () => {
  server.faults.set('/app-1.0.0.tgz', { status: 429, times: 1 });
  expect((await pull()).reasons).toEqual([]);
});

describe('git', () => {
  function repository(): { url: string; commit: string } {
    const chart = writeChart('repository/helm/app', 'one: 1\n');
    const root = join(folder, 'repository');
    const git = (...args: string[]): string =>
      execFileSync('git', ['-C', root, '-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args], { encoding: 'utf8' });
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '--message', 'one');
    git('tag', 'v1.0.0');
    expect(existsSync(chart)).toBe(true);
    return { url: `file://${root}`, commit: git('rev-parse', 'HEAD').trim() };
  }

  test('packages the chart at the tag, and locks the commit', async () => {
    const { url, commit } = repository();
    const { lines, reasons } = await pull(fromGit(url, { path: 'helm/app', tag: 'v1.0.0', commit }));
    expect(reasons).toEqual([]);
    expect(lines.at(-1)).toMatch(ADDED);
    expect(readChartLock().charts[0]).toMatchObject({ name: 'app', digest: commit });
  });

  test('packages it again without a difference in the lock file', async () => {
    const { url } = repository();
    const source = fromGit(url, { path: 'helm/app', tag: 'v1.0.0' });
    await pull(source);
    const lock = readFileSync(LOCK_FILE, 'utf8');
    await new Promise((resolve) => setTimeout(resolve, 1100)); // the time in an archive has seconds
    expect((await pull(source, true)).reasons).toEqual([]);
    expect(readFileSync(LOCK_FILE, 'utf8')).toBe(lock);
  });

  test('two tags with one version of the chart are two files, also when they are pulled again', async () => {
    const { url } = repository();
    const git = (...args: string[]): void =>
      void execFileSync('git', ['-C', join(folder, 'repository'), '-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args]);
    writeFileSync(join(folder, 'repository', 'helm', 'app', 'values.yaml'), 'two: 2\n');
    git('commit', '--quiet', '--all', '--message', 'two');
    git('tag', 'v2.0.0');
    const sources = ['v1.0.0', 'v2.0.0'].map((tag) => fromGit(url, { path: 'helm/app', tag }));
    for (const again of [false, true, false]) {
      expect(await pullCharts(sources, { again })).toEqual([]);
      const { charts } = readChartLock();
      expect(charts.map((chart) => vendoredFinding(chart))).toEqual([undefined, undefined]);
      expect(charts.map(({ file, sha256 }) => file.replace(sha256.slice(0, 8), 'sha256'))).toEqual([
        'charts/app-1.0.0.tgz',
        'charts/app-1.0.0-sha256.tgz',
      ]);
    }
  });

  test('a tag that was moved is refused with both commits', async () => {
    const { url, commit } = repository();
    const wanted = '0123456789'.repeat(4);
    const { reasons } = await pull(fromGit(url, { path: 'helm/app', tag: 'v1.0.0', commit: wanted }));
    expect(reasons).toEqual([
      `${url} v1.0.0: commit must be ${wanted}; got ${commit}. The tag was moved: find out why before you pin the new commit.`,
    ]);
  });
});

test('an archive of this repository is locked where it is', async () => {
  mkdirSync('own');
  writeFileSync('own/app.tgz', server.files.get('/app-1.0.0.tgz') ?? '');
  const { reasons } = await pull(fromArchive('own/app.tgz'));
  expect(reasons).toEqual([]);
  expect(readChartLock().charts[0]).toMatchObject({ source: 'own/app.tgz', file: 'own/app.tgz', name: 'app' });
});
