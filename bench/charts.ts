import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHARTS_FOLDER, LOCK_FILE, writeChartLock } from '../manifests/chart-lock';
import { fileHash } from '../manifests/sha256';
import { findControlPlane } from '../scripts/control-plane';
import { packChart } from '../test/pack-chart';

const ROOT = join(__dirname, '..');
const REPOSITORY = 'https://charts.example.org';
const ROUNDS = 15;
/** Of each of four kinds. */
const PARTS = 20;

const TEMPLATE = `{{- range $index := until ${PARTS} }}
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: part-{{ $index }} }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: part-{{ $index }} }
data: { index: {{ $index | quote }} }
---
apiVersion: v1
kind: Service
metadata: { name: part-{{ $index }} }
spec: { selector: { part: part-{{ $index }} }, ports: [{ name: http, port: 80, targetPort: http }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: part-{{ $index }}, labels: { part: part-{{ $index }} } }
spec:
  selector: { matchLabels: { part: part-{{ $index }} } }
  template:
    metadata: { labels: { part: part-{{ $index }} } }
    spec:
      serviceAccountName: part-{{ $index }}
      containers:
        - name: part
          image: registry.example.org/part:1.0.{{ $index }}
          ports: [{ name: http, containerPort: 8080 }]
          envFrom: [{ configMapRef: { name: part-{{ $index }} } }]
{{- end }}
`;

/** As main.ts does it; with RELEASE, the default environment has a further release. */
const PROGRAM = `
const { synthesize, write } = require('${ROOT}/synthesis');
const { defaultEnvironment, environments } = require('${ROOT}/environments');
const environment = environments[defaultEnvironment];
const release = () => ({
  name: 'parts',
  namespace: 'parts',
  chart: require('${ROOT}/constructs/helm/chart-source').fromRepository('${REPOSITORY}', 'parts', '1.0.0'),
  delivery: require('${ROOT}/constructs/helm/delivery/rendered').rendered({ kubeVersion: '1.33.0' }),
});
const all = process.env.RELEASE
  ? { ...environments, [defaultEnvironment]: { ...environment, releases: [...(environment.releases ?? []), release()] } }
  : environments;
const result = synthesize(all, defaultEnvironment);
if (result.problems.length > 0) throw new Error(JSON.stringify(result.problems));
write(result, 'dist');
const documents = [...result.files.values()].join('').split('\\n---\\n').length;
const { user, system } = process.cpuUsage();
process.stdout.write(JSON.stringify({ documents, cpu: (user + system) / 1e6 }));
`;

/** An unchanged synthesis with a rendered release of 80 objects, beside the same one without it. They take turns. */
export function charts(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bench-charts-'));
  try {
    mkdirSync(join(folder, CHARTS_FOLDER));
    const file = packChart(join(folder, CHARTS_FOLDER, 'parts-1.0.0.tgz'), {
      'Chart.yaml': 'apiVersion: v2\nname: parts\nversion: 1.0.0\n',
      'templates/parts.yaml': TEMPLATE,
    });
    const chart = { source: `${REPOSITORY} parts 1.0.0`, file: `${CHARTS_FOLDER}/parts-1.0.0.tgz`, sha256: fileHash(file) };
    const locked = { ...chart, name: 'parts', version: '1.0.0', deprecated: false, subcharts: [] };
    writeChartLock({ charts: [locked], rendered: {} }, join(folder, LOCK_FILE));
    const rounds: [without: Run, withRelease: Run][] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const [without, withRelease] = [run(folder), run(folder, 'parts')];
      const more = withRelease.documents - without.documents;
      if (more !== 4 * PARTS + 1) throw new Error(`the release must have ${4 * PARTS} objects and a namespace; got ${more}.`);
      if (round > 0) rounds.push([without, withRelease]); // the first round renders
    }
    return [
      `The fastest of ${ROUNDS} rounds, the whole process. Nothing has changed since the synthesis before.`,
      '',
      '| | seconds | ratio | seconds of CPU | ratio | budget |',
      '| --- | --- | --- | --- | --- | --- |',
      row('synthesis of all environments', rounds, 0, ''),
      row(`the same with a rendered release of ${4 * PARTS} objects`, rounds, 1, '1.2'),
    ].join('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Run {
  readonly seconds: number;
  readonly cpu: number;
  readonly documents: number;
}

function row(name: string, rounds: readonly (readonly [Run, Run])[], column: 0 | 1, budget: string): string {
  const cells = (['seconds', 'cpu'] as const).map((field) => {
    const [base, value] = [Math.min(...rounds.map(([run]) => run[field])), Math.min(...rounds.map((pair) => pair[column][field]))];
    return `${value.toFixed(2)} | ${(value / base).toFixed(2)}`;
  });
  return `| ${name} | ${cells.join(' | ')} | ${budget} |`;
}

function run(folder: string, release = ''): Run {
  const environment = { ...process.env, HELM: join(findControlPlane(), 'helm'), RELEASE: release };
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync('node', ['--require', join(ROOT, 'scripts', 'typescript.js'), '--eval', PROGRAM], {
    cwd: folder,
    env: environment,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  const seconds = (performance.now() - started) / 1000;
  return { seconds, ...(JSON.parse(stdout) as Pick<Run, 'cpu' | 'documents'>) };
}
