import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChartSource } from '../constructs/helm/chart-source';
import { allReleases } from '../scripts/charts/releases';
import { environments } from './fixtures/environments';

interface CustomManager {
  readonly managerFilePatterns: readonly string[];
  readonly matchStrings: readonly string[];
  readonly datasourceTemplate: string;
  readonly depNameTemplate?: string;
}

const { customManagers } = JSON.parse(readFileSync('renovate.json', 'utf8')) as { customManagers: readonly CustomManager[] };

/** What Renovate finds in a file of environments/: `docker cvat/cvat 2.73.0`. Its regular expressions are RE2, which these are too. */
function foundIn(text: string): string[] {
  return customManagers.flatMap(({ matchStrings, datasourceTemplate, depNameTemplate }) =>
    matchStrings.flatMap((pattern) =>
      [...text.matchAll(new RegExp(pattern, 'g'))].map(({ groups = {} }) => {
        const name = depNameTemplate?.startsWith('{{{') ? groups['packageName'] : (depNameTemplate ?? groups['depName']);
        return `${datasourceTemplate} ${[groups['registryUrl'], name, groups['currentValue']].filter((part) => part !== undefined).join(' ')}`;
      }),
    ),
  );
}

/** The same from the chart itself. */
function wanted(chart: ChartSource): string[] {
  switch (chart.kind) {
    case 'repository':
      return [`helm ${chart.url} ${chart.name} ${chart.version}`];
    case 'oci':
      return [`docker ${chart.url.replace('oci://registry-1.docker.io/', '').replace('oci://', '')} ${chart.version}`];
    case 'git':
      return [`git-tags ${chart.url} ${chart.tag}`];
    case 'archive':
      return [];
  }
}

test.each(Object.keys(environments))('Renovate finds the version of every chart of %s', (name) => {
  const text = readFileSync(join(__dirname, 'fixtures/environments', `${name}.ts`), 'utf8');
  const releases = allReleases({ [name]: environments[name] ?? fail(name) });
  expect(releases.length).toBeGreaterThan(0);
  expect(foundIn(text)).toEqual(expect.arrayContaining(releases.flatMap(({ release }) => wanted(release.chart))));
});

test('Renovate reads every file of environments/', () => {
  const files = readdirSync('environments').map((file) => `environments/${file}`);
  for (const { managerFilePatterns } of customManagers) {
    const patterns = managerFilePatterns.map((pattern) => new RegExp(pattern.slice(1, -1)));
    expect(files.filter((file) => patterns.some((pattern) => pattern.test(file)))).toEqual(files);
  }
});

test.each([
  ["fromRepository('https://charts.example.org', 'app', '1.2.3')", 'helm https://charts.example.org app 1.2.3'],
  ["fromRepository(\n  'https://charts.example.org',\n  'app',\n  '1.2.3',\n)", 'helm https://charts.example.org app 1.2.3'],
  ["fromOci('oci://registry.example.org/charts/app', '1.2.3')", 'docker registry.example.org/charts/app 1.2.3'],
  ["fromOci('oci://registry.example.org/app', '1.2.3', 'sha256:0')", 'docker registry.example.org/app 1.2.3'],
  ["fromGit('https://example.org/a', { path: 'chart', tag: 'v1.2.3' })", 'git-tags https://example.org/a v1.2.3'],
])('Renovate finds the version of %j', (text, found) => {
  expect(foundIn(text)).toEqual([found]);
});

function fail(name: string): never {
  throw new Error(`there is no environment ${name}`);
}
