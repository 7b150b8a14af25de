import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENVIRONMENT_LABEL } from '../manifests/contract';
import { toYamlDocuments } from '../manifests/yaml';
import type { ControlPlane } from '../test/e2e/harness/control-plane';
import { ROOT } from '../test/e2e/harness/dist';

/** What is measured, in this order: a folder is created, applied twice more, and compared. */
export const STEPS = ['create', 'unchanged', 'one changed', 'diff, unchanged', 'diff, one changed'] as const;
export type Step = (typeof STEPS)[number];

/** A program that applies a folder and compares it with the cluster. */
export interface Client {
  readonly name: string;
  readonly command: string;
  readonly apply: (folder: string, namespace: string) => readonly string[];
  /** Undefined: it cannot compare. Exit codes 0 and 1 are both answers. */
  readonly diff?: (folder: string, namespace: string) => readonly string[];
  /** The steps whose ratio is a goal: they are repeated also where they take long. */
  readonly repeated: readonly Step[];
}

/** kubectl and Helm of the end-to-end tests, our commands, and kapp where the environment variable KAPP names its binary. */
export function clientsOn(controlPlane: ControlPlane): Client[] {
  const kubectl: Client = {
    name: 'kubectl',
    command: controlPlane.program('kubectl'),
    apply: (folder) => ['apply', '--server-side', '-f', join(folder, 'dist')],
    diff: (folder) => ['diff', '--server-side', '-f', join(folder, 'dist')],
    repeated: ['create'],
  };
  const ours: Client = {
    name: 'ours',
    command: process.execPath,
    apply: (folder) => [join(ROOT, 'scripts', 'cluster.js'), 'deploy', join(folder, 'dist')],
    diff: (folder) => [join(ROOT, 'scripts', 'cluster.js'), 'diff', join(folder, 'dist')],
    repeated: STEPS,
  };
  const helm: Client = {
    name: 'Helm',
    command: controlPlane.program('helm'),
    apply: (folder, namespace) => ['upgrade', '--install', namespace, join(folder, 'chart'), '--namespace', namespace],
    repeated: [],
  };
  const kapp: Client = {
    name: 'kapp',
    command: process.env['KAPP'] ?? '',
    apply: (folder, namespace) => ['deploy', '--app', namespace, '--namespace', namespace, '--file', join(folder, 'dist'), '--yes'],
    diff: (folder, namespace) => [
      ...['deploy', '--app', namespace, '--namespace', namespace, '--file', join(folder, 'dist'), '--yes'],
      ...['--diff-run', '--diff-changes'],
    ],
    repeated: STEPS,
  };
  return [kubectl, ours, ...(kapp.command === '' ? [] : [kapp]), helm];
}

/** ConfigMaps of an ordinary size in YAML as synth writes it, and a chart of the same file. Replaces the folder's content. */
export function writeObjects(folder: string, namespace: string, count: number, changed: boolean): void {
  const dist = join(folder, 'dist');
  const templates = join(folder, 'chart', 'templates');
  for (const each of [dist, templates]) mkdirSync(each, { recursive: true });
  const objects = Array.from({ length: count }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { labels: { [ENVIRONMENT_LABEL]: namespace }, name: `measured-${index}`, namespace },
    data: { 'settings.conf': `number = ${changed && index === 0 ? 'changed' : index}\n`.repeat(20) },
  }));
  const yaml = toYamlDocuments(objects);
  writeFileSync(join(dist, '10-many.k8s.yaml'), yaml);
  writeFileSync(join(folder, 'chart', 'Chart.yaml'), 'apiVersion: v2\nname: measured\nversion: 1.0.0\n');
  writeFileSync(join(templates, 'many.yaml'), yaml);
}
