import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from '../manifests/manifest';
import { toYamlDocuments } from '../manifests/yaml';
import { report } from '../review/format/report';
import { markdown } from '../review/format/markdown';
import { workingTree } from '../review/read/working-tree';
import { review } from '../review/review';
import { TreeReader } from '../review/tree';
import { median } from './median';

const OBJECTS = 5000;
const FILES = 50;
const ROUNDS = 5;

/** Of 5,000 objects 1 % has another image: a review, beside git's comparison of the files and one parse of both versions. */
export function review5000(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bench-review-'));
  try {
    for (const [name, changed] of [
      ['before', 0],
      ['after', OBJECTS / 100],
    ] as const)
      write(join(folder, name), changed);
    const [git, parse, whole]: number[][] = [[], [], []];
    for (let round = 0; round < ROUNDS; round++) {
      git?.push(milliseconds(() => spawnSync('git', ['diff', '--no-index', 'before', 'after'], { cwd: folder, maxBuffer: 2 ** 28 })));
      parse?.push(milliseconds(() => ['before', 'after'].forEach((name) => parseAll(join(folder, name)))));
      whole?.push(milliseconds(() => reviewFolders(folder)));
    }
    const [ofGit, ofParse, ofReview] = [git, parse, whole].map((all) => median(all ?? []));
    const base = (ofGit ?? NaN) + (ofParse ?? NaN);
    return [
      `Medians of ${ROUNDS} rounds, ${OBJECTS} objects in ${FILES} files, of which 1 % has another image.`,
      '',
      '| | milliseconds | ratio | budget |',
      '| --- | --- | --- | --- |',
      `| \`git diff --no-index\` | ${ofGit?.toFixed(0) ?? ''} | | |`,
      `| one parse of both versions | ${ofParse?.toFixed(0) ?? ''} | | |`,
      `| both together | ${base.toFixed(0)} | 1 | |`,
      `| the review, from the files to Markdown | ${ofReview?.toFixed(0) ?? ''} | ${((ofReview ?? NaN) / base).toFixed(2)} | 3 |`,
    ].join('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function reviewFolders(folder: string): void {
  const reader = new TreeReader();
  const [before, after] = ['before', 'after'].map((name) => reader.read(workingTree(join(folder, name)), name));
  if (!before || !after) return;
  const result = review(before, after);
  if (result.changes.length !== OBJECTS / 100)
    throw new Error(`The review must find ${OBJECTS / 100} objects; got ${result.changes.length}.`);
  markdown(report(result, 'before'));
}

function parseAll(folder: string): void {
  for (const content of workingTree(folder).values()) parseAllDocuments(content).forEach((document) => document.toJS());
}

function write(folder: string, changed: number): void {
  mkdirSync(join(folder, 'dist'), { recursive: true });
  const each = OBJECTS / FILES;
  for (let file = 0; file < FILES; file++) {
    const objects = Array.from({ length: each }, (_, index) => deployment(file * each + index, changed));
    writeFileSync(join(folder, 'dist', `${10 + file}-part.k8s.yaml`), toYamlDocuments(objects));
  }
}

/** The changed ones are spread over all files. */
function deployment(index: number, changed: number): Manifest {
  const name = `part-${index}`;
  const version = changed > 0 && index % (OBJECTS / changed) === 0 ? '1.1.0' : '1.0.0';
  const labels = { app: name, 'platform.kapernikov.com/environment': 'local' };
  const containers = [
    {
      name: 'main',
      image: `ghcr.io/team/web:${version}`,
      resources: { requests: { cpu: '50m', memory: '64Mi' } },
      ports: [{ containerPort: 80 }],
    },
  ];
  const template = { metadata: { labels }, spec: { containers, securityContext: { runAsNonRoot: true } } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'apps', labels },
    spec: { selector: { matchLabels: { app: name } }, template },
  };
}

function milliseconds(action: () => unknown): number {
  const start = performance.now();
  action();
  return performance.now() - start;
}
