import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromArchive } from '../../constructs/helm/chart-source';
import { rendered } from '../../constructs/helm/delivery/rendered';
import { readGoYaml } from '../../constructs/helm/rendering/go-yaml';
import type { Environment } from '../../constructs/platform';
import type { Values } from '../../manifests/merge';
import { renderForReview } from '../../scripts/charts/render-chart';
import { synthesize } from '../fixtures/synthesize';
import { findControlPlane, findFlux } from '../../scripts/control-plane';
import { packChart } from '../pack-chart';

/** Charts that Helm accepts and that few people write. */

const CHART = 'apiVersion: v2\nname: app\nversion: 1.0.0\n';
const HELM = join(findControlPlane(), 'helm');
let folder: string;

beforeAll(() => {
  process.env['HELM'] = HELM;
  folder = mkdtempSync(join(tmpdir(), 'rendered-odd-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function environmentWith(files: Readonly<Record<string, string>>, values: Values = {}): Environment {
  const chart = fromArchive(packChart(join(folder, 'app-1.0.0.tgz'), { 'Chart.yaml': CHART, ...files }));
  const releases = [{ name: 'app', namespace: 'app', chart, values }];
  return { delivery: rendered({ kubeVersion: '1.33.0' }), dataProtection: false, releases };
}

function problems(template: string): string[] {
  const { problems } = synthesize({ local: environmentWith({ 'templates/a.yaml': template }) });
  return problems.map(({ field, message }) => `${field}: ${message}`);
}

const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n';

test('two objects of one name in one template are a problem, and no exception', () => {
  expect(problems(`${CONFIG}---\n${CONFIG}data: { a: b }\n`)).toEqual([
    expect.stringMatching(/^metadata\.name: must be unique; ConfigMap app\/a is also declared by .*templates\.a\.yaml-ConfigMap-app-a\.$/),
  ]);
});

test("a chart's Namespace of its own release gives its labels to the one of dist", () => {
  const template = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: {{ .Release.Namespace }}, labels: { team: vision } }\n';
  const result = synthesize({ local: environmentWith({ 'templates/a.yaml': template }) });
  expect(result.problems).toEqual([]);
  expect(result.files.get('70-app.k8s.yaml')?.match(/kind: Namespace\nmetadata:\n(?: .*\n)*/)?.[0]).toContain('    team: vision\n');
  expect(result.files.get('70-app.k8s.yaml')?.match(/kind: Namespace/g)).toHaveLength(1);
});

test('a number in an annotation or a ConfigMap is a problem that names the template, and no error of the API server', () => {
  const template = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, annotations: { version: {{ .Chart.AppVersion }} } }\ndata: { port: 80 }\n`;
  const files = { 'Chart.yaml': `${CHART}appVersion: 2\n`, 'templates/a.yaml': template };
  expect(synthesize({ local: environmentWith(files) }).problems.map(({ path, field, message }) => [path, field, message])).toEqual([
    ['70-app/releases[0]/objects-templates.a.yaml-ConfigMap-app-a', 'metadata.annotations.version', 'must be text; got 2.'],
    ['70-app/releases[0]/objects-templates.a.yaml-ConfigMap-app-a', 'data.port', 'must be text; got 80.'],
  ]);
});

test.each([
  ['Helm 3', HELM],
  ['Helm 4', join(findFlux(), 'helm')],
])('what %s warns of is a warning, also when it was rendered before', (version, helm) => {
  process.env['HELM'] = helm;
  try {
    const files = {
      'values.yaml': 'plain: text\n',
      'templates/a.yaml': `${CONFIG}data: { a: {{ .Values.plain | quote }}, b: ${version} }\n`,
    };
    const environment = environmentWith(files, { plain: { b: 1 } });
    for (const time of ['first', 'second']) {
      const { warnings, problems } = synthesize({ local: environment });
      expect([time, problems, warnings.map(({ field, message }) => `${field}: ${message}`)]).toEqual([
        time,
        [],
        ['chart: Helm warns: skipped value for app.plain: Not a table.'],
      ]);
    }
  } finally {
    process.env['HELM'] = HELM;
  }
});

test('an object with generateName is a problem: it is not left out of dist without a word', () => {
  expect(problems('apiVersion: v1\nkind: ConfigMap\nmetadata: { generateName: a- }\n')).toEqual([
    'chart: templates/a.yaml: ConfigMap must have metadata.name; got generateName, with which each apply creates another object.',
  ]);
});

test('a value that is null deletes the default of the chart, as with Helm', () => {
  const template = `${CONFIG}data: { a: {{ hasKey .Values "a" | quote }}, b: {{ hasKey .Values "b" | quote }} }\n`;
  const environment = environmentWith({ 'values.yaml': 'a: 1\nb: 2\n', 'templates/a.yaml': template }, { a: null });
  expect(synthesize({ local: environment }).files.get('70-app.k8s.yaml')).toContain('data:\n  a: "false"\n  b: "true"\n');
});

test('a hook with generateName is in the review file under a name that does not change, and text stays text', () => {
  const file = packChart(join(folder, 'app-1.0.1.tgz'), {
    'Chart.yaml': CHART,
    'templates/a.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { generateName: a-, annotations: { helm.sh/hook: pre-install } }\ndata: { mode: "0o17" }\n',
  });
  const before = process.cwd();
  process.chdir(folder);
  try {
    const release = { name: 'app', namespace: 'app', chart: fromArchive(file), values: {}, contract: {} };
    const text = readFileSync(renderForReview({ environment: 'local', release, acknowledged: [] }, '1.33.0').file, 'utf8');
    expect(text).toMatch(/^ {2}name: a-\(generated\)$/m);
    expect(text).toMatch(/^ {2}mode: "0o17"$/m);
  } finally {
    process.chdir(before);
  }
});

test('an object without a name or an API version is a problem', () => {
  expect(problems('kind: ConfigMap\nmetadata: { name: a }\n---\napiVersion: v1\nkind: ConfigMap\n')).toEqual([
    expect.stringMatching(
      /cannot be rendered: templates\/a\.yaml: must have .*"name":"a".*templates\/a\.yaml: must have .*"kind":"ConfigMap"/,
    ),
  ]);
});

/** What YAML 1.1, YAML 1.2 and Go read in different ways. */
const SCALARS =
  `0x1F 0X1f -0x1F +0x1F 0x 0xg 0x_1 1e3 1E3 1e+3 1e-7 1e 1e3_0 e3 1e400 1d 0o17 0O17 0o8 0o 010 -017 089 08 00 0777 1_000 1_ _1
12:30:45 190:20:30.15 1:2 1:60 -1:30 20:30 0b11 0B11 0b12 0b 1.5 1. .5 .5e1 +.5 -.5 . .. 0.1_0 1.0 0. -0 +0 +1 1.2.3 0.0.0.0 1e21 123456789.0
2001-01-01 2001-01-01T00:00:00Z y Y n N yes Yes YES yES no No nO on On ON off Off OFF true True TRUE tRUE false False null Null NULL nULL ~ = <<
"a\\tb" 'yes' '' !!str·5 !!int·"5" !!float·5 !!bool·"true" !!binary·aGVsbG8= !!null·'' !custom·x`
    .split(/\s/)
    .map((scalar) => scalar.replace('·', ' '));

test.each([
  ['Helm 3', HELM],
  ['Helm 4', join(findFlux(), 'helm')],
])('values and keys are read as %s reads them', (_, helm) => {
  const chart = join(folder, 'scalars');
  mkdirSync(join(chart, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), CHART);
  writeFileSync(join(chart, 'scalars.json'), JSON.stringify(SCALARS));
  const template =
    '{{ range .Files.Get "scalars.json" | fromJsonArray }}\n#{{ dict "text" . "read" (fromYaml (printf "v: %s" .)) | toJson }}{{ end }}\n';
  writeFileSync(join(chart, 'templates', 'a.yaml'), template + CONFIG);
  const output = execFileSync(helm, ['template', 'app', chart], { encoding: 'utf8' });
  const read = output
    .split('\n')
    .flatMap((line) => (line.startsWith('#{') ? [JSON.parse(line.slice(1)) as { text: string; read: object }] : []));
  expect(read.map(({ text }) => text)).toEqual(SCALARS);
  for (const { text, read: byHelm } of read)
    expect({ text, read: JSON.parse(JSON.stringify(readGoYaml(`v: ${text}\n`, '')[0])) as object }).toEqual({ text, read: byHelm });
});
