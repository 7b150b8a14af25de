import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromArchive } from '../../constructs/helm/chart-source';
import { rendered } from '../../constructs/helm/delivery/rendered';
import { Platform } from '../../constructs/platform';
import { reportedProblems } from '../../constructs/problem';
import { findControlPlane } from '../../scripts/control-plane';
import { packChart } from '../pack-chart';

const HELM = join(findControlPlane(), 'helm');
const LOOKUP = `apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Chart.Name }}-found }
data: { found: {{ lookup "v1" "Secret" .Release.Namespace "app" | toJson | quote }} }
`;
let folder: string;

beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'rendered-lookup-'))));
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => (process.env['HELM'] = HELM));

function problems(files: Readonly<Record<string, string | Buffer>>): string[] {
  const chart = fromArchive(packChart(join(folder, 'app-1.0.0.tgz'), files));
  const releases = [{ name: 'app', namespace: 'app', chart }];
  const platform = new Platform('test', { delivery: rendered({ kubeVersion: '1.33.0' }), dataProtection: false, releases });
  return reportedProblems(platform).map(({ message }) => message);
}

test('lookup in a subchart under an alias is a problem that names the alias', () => {
  const files = {
    'Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies: [{ name: part, version: 0.1.0, alias: other }]\n',
    'charts/part/Chart.yaml': 'apiVersion: v2\nname: part\nversion: 0.1.0\n',
    'charts/part/templates/found.yaml': LOOKUP,
  };
  expect(problems(files)).toEqual([
    'charts/other/templates/found.yaml: reads objects of the cluster (lookup), which a rendered chart cannot do.',
  ]);
});

test('lookup in a subchart that is packaged itself is a problem', () => {
  const part = packChart(join(folder, 'part.tgz'), {
    'Chart.yaml': 'apiVersion: v2\nname: app\nversion: 0.1.0\n',
    'templates/found.yaml': LOOKUP,
  });
  const files = { 'Chart.yaml': 'apiVersion: v2\nname: whole\nversion: 1.0.0\n', 'charts/part-0.1.0.tgz': readFileSync(part) };
  expect(problems(files)).toEqual([
    'charts/app/templates/found.yaml: reads objects of the cluster (lookup), which a rendered chart cannot do.',
  ]);
});

test('a template that includes what one with a lookup defines does not hide that one', () => {
  const files = {
    'Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\n',
    'templates/found.yaml': `{{ define "app.name" }}app{{ end }}${LOOKUP}`,
    'templates/uses.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: {{ include "app.name" . }} }\n',
  };
  expect(problems(files)).toEqual(['templates/found.yaml: reads objects of the cluster (lookup), which a rendered chart cannot do.']);
});

test('an error of Helm in words that are not known is reported, and not taken for a chart without lookup', () => {
  process.env['HELM'] = join(folder, 'other-helm');
  const program = `#!/bin/bash\n"${HELM}" "$@" 2> >(sed 's/wrong number of args for fail/arguments do not fit/' >&2)\n`;
  writeFileSync(process.env['HELM'], program);
  chmodSync(process.env['HELM'], 0o755);
  const files = { 'Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.1\n', 'templates/found.yaml': LOOKUP };
  expect(problems(files)).toEqual([
    expect.stringMatching(
      /cannot be rendered: whether a template reads objects of the cluster \(lookup\) is not known, because Helm printed: .*arguments do not fit/s,
    ),
  ]);
});
