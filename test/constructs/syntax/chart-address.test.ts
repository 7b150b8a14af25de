import { chartAddress, chartName } from '../../../constructs/syntax/chart-address';

const CREDENTIALS = (host: string): string =>
  `must not contain credentials or a query, because it is committed; got an address of ${host} with one. Remove it, and put the credentials into a Secret. Replace them if they were committed.`;
const OCI = (url: string): string => `must be a registry with a path, without tag and digest; got "${url}".`;
const SCHEME = (url: string, schemes: string): string => `must be an address that starts with ${schemes}; got "${url}".`;

test.each([
  [
    'https://charts.example.com/stable/thing-1.2.3.tgz',
    'must be the folder that contains index.yaml; got "https://charts.example.com/stable/thing-1.2.3.tgz", a file. Did you mean "https://charts.example.com/stable"?',
  ],
  [
    'https://charts.example.com/index.yaml',
    'must be the folder that contains index.yaml; got "https://charts.example.com/index.yaml", a file. Did you mean "https://charts.example.com"?',
  ],
  ['https://user:secret@charts.example.com', CREDENTIALS('charts.example.com')],
  ['https://secret@charts.example.com/stable', CREDENTIALS('charts.example.com')],
  ['https://charts.example.com/stable?token=secret', CREDENTIALS('charts.example.com')],
  ['https://charts.example.com/stable#secret', CREDENTIALS('charts.example.com')],
  [
    'charts.example.com',
    `${SCHEME('charts.example.com', 'https:// or http://')} Use an address such as "https://charts.example.com/stable".`,
  ],
  [
    'oci://registry.example.com/charts',
    `${SCHEME('oci://registry.example.com/charts', 'https:// or http://')} Use an address such as "https://charts.example.com/stable".`,
  ],
  ['https://', `${SCHEME('https://', 'https:// or http://')} Use an address such as "https://charts.example.com/stable".`],
  [
    'https://charts.example.com /a',
    `${SCHEME('https://charts.example.com /a', 'https:// or http://')} Use an address such as "https://charts.example.com/stable".`,
  ],
  ['', `${SCHEME('', 'https:// or http://')} Use an address such as "https://charts.example.com/stable".`],
])('refuses the repository %s', (url, expected) => {
  const finding = chartAddress('repository', url);
  expect(`${finding?.message} ${finding?.remedy}`).toBe(expected);
});

test.each([
  [
    'oci://registry.example.com/charts/cvat:2.73.0',
    `${OCI('oci://registry.example.com/charts/cvat:2.73.0')} Remove ":2.73.0": it is a field of its own.`,
  ],
  [
    'oci://registry.example.com/charts/cvat/',
    `${OCI('oci://registry.example.com/charts/cvat/')} Did you mean "oci://registry.example.com/charts/cvat"?`,
  ],
  [
    'oci://registry.example.com//charts/cvat',
    `${OCI('oci://registry.example.com//charts/cvat')} Did you mean "oci://registry.example.com/charts/cvat"?`,
  ],
  [
    'oci://registry.example.com/Charts/cvat',
    `${OCI('oci://registry.example.com/Charts/cvat')} Did you mean "oci://registry.example.com/charts/cvat"?`,
  ],
  ['oci://registry.example.com', `${OCI('oci://registry.example.com')} Use an address such as "oci://registry.example.com/charts/thing".`],
  [
    'oci://registry.example.com/',
    `${OCI('oci://registry.example.com/')} Use an address such as "oci://registry.example.com/charts/thing".`,
  ],
  [
    'https://registry.example.com/cvat',
    `${SCHEME('https://registry.example.com/cvat', 'oci://')} Use an address such as "oci://registry.example.com/charts/thing".`,
  ],
  ['oci://user:secret@registry.example.com/cvat', CREDENTIALS('registry.example.com')],
])('refuses the registry address %s', (url, expected) => {
  const finding = chartAddress('oci', url);
  expect(`${finding?.message} ${finding?.remedy}`).toBe(expected);
});

test.each([
  [
    'git',
    'github.com/cvat-ai/cvat',
    `${SCHEME('github.com/cvat-ai/cvat', 'https:// or http:// or ssh://')} Use an address such as "https://github.com/example/thing".`,
  ],
  ['git', 'https://token@github.com/cvat-ai/cvat', CREDENTIALS('github.com')],
  [
    'git',
    'git@github.com:cvat-ai/cvat.git',
    `${SCHEME('git@github.com:cvat-ai/cvat.git', 'https:// or http:// or ssh://')} Did you mean "ssh://git@github.com/cvat-ai/cvat.git"?`,
  ],
  [
    'git',
    'github.com:cvat-ai/cvat',
    `${SCHEME('github.com:cvat-ai/cvat', 'https:// or http:// or ssh://')} Did you mean "ssh://git@github.com/cvat-ai/cvat"?`,
  ],
  ['git', 'ssh://git:secret@github.com/cvat-ai/cvat', CREDENTIALS('github.com')],
] as const)('refuses the %s address %s', (kind, url, expected) => {
  const finding = chartAddress(kind, url);
  expect(`${finding?.message} ${finding?.remedy}`).toBe(expected);
});

test('does not print credentials', () => {
  for (const url of [
    'https://user:secret@a.b',
    'https://a.b?token=secret',
    'https://us er:secret@a b',
    'oci://secret@/x',
    'user:secret@github.com:a/b',
    'https://secret@',
  ])
    for (const kind of ['repository', 'oci', 'git'] as const) expect(JSON.stringify(chartAddress(kind, url))).not.toContain('secret');
});

test.each([
  ['repository', 'https://charts.min.io'],
  ['repository', 'https://kapernikov.github.io/cvat-helm/'],
  ['repository', 'http://127.0.0.1:8080/a/b'],
  ['oci', 'oci://registry-1.docker.io/cvat/cvat'],
  ['oci', 'oci://localhost:5000/thing'],
  ['oci', 'oci://registry.example.com/a/b_c/d--e.f'],
  ['git', 'https://github.com/cvat-ai/cvat'],
  ['git', 'ssh://git@github.com/cvat-ai/cvat'],
] as const)('accepts the %s address %s', (kind, url) => {
  expect(chartAddress(kind, url)).toBeUndefined();
});

test.each([
  ['example/thing', 'Did you mean "thing"?'],
  ['', 'Use its name in index.yaml, such as "minio".'],
  ['thing/', 'Use its name in index.yaml, such as "minio".'],
  ['a b', 'Use its name in index.yaml, such as "minio".'],
])('refuses the chart name "%s"', (name, remedy) => {
  expect(chartName(name)).toEqual({ message: `must be the name of a chart in the repository; got "${name}".`, remedy });
});

test.each(['minio', 'cvat-helm', 'kube-prometheus-stack', 'a_b.c'])('accepts the chart name "%s"', (name) => {
  expect(chartName(name)).toBeUndefined();
});
