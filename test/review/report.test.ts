import type { Manifest } from '../../manifests/manifest';
import { json } from '../../review/format/json';
import { LONGEST_COMMENT, markdown } from '../../review/format/markdown';
import { report } from '../../review/format/report';
import { text } from '../../review/format/text';
import { review } from '../../review/review';
import { deployment, object, secret, tree } from './support';

/** What a chart of 80 objects is rendered to: labels and checksums change with every version. */
function chart(version: string, image: string, verbs: readonly string[] = ['get']): Manifest[] {
  const labelled = (manifest: Manifest): Manifest => ({
    ...manifest,
    metadata: {
      ...manifest.metadata,
      labels: { 'helm.sh/chart': `web-${version}`, 'app.kubernetes.io/version': version },
      annotations: { 'checksum/config': version },
    },
  });
  const kinds = ['ConfigMap', 'Service', 'ServiceAccount', 'Secret'];
  const others = Array.from({ length: 78 }, (_, index) => object('v1', kinds[index % kinds.length] ?? '', `apps/part-${index}`));
  const role = object('rbac.authorization.k8s.io/v1', 'Role', 'apps/web', { rules: [{ apiGroups: [''], resources: ['secrets'], verbs }] });
  return [...others, deployment({ image }, {}, 'web'), role].map(labelled);
}

const before = chart('1.0.0', 'ghcr.io/team/web:1.0.0');

test('80 objects with other labels and checksums, and one image: fewer than 40 lines, and the image', () => {
  const written = markdown(report(review(tree(before), tree(chart('1.1.0', 'ghcr.io/team/web:1.1.0'))), 'main'));
  expect(written.split('\n').length).toBeLessThan(40);
  expect(written).toContain('Image ghcr.io/team/web: 1.0.0 -> 1.1.0.');
  expect(written).toContain('checksums, labels: 79 objects (');
});

test('the same with one verb more names that first', () => {
  const after = chart('1.1.0', 'ghcr.io/team/web:1.1.0', ['get', 'delete']);
  const written = markdown(report(review(tree(before), tree(after)), 'main'));
  expect(written.split('\n').length).toBeLessThan(40);
  const [first] = written.split('\n').filter((line) => line.startsWith('- '));
  expect(first).toBe('- Role apps/web (local) `rules`: Role may now: delete secrets. \\[rbac-widened\\]');
});

test('the same finding about several objects and environments is written once', () => {
  const many = (image: string): Manifest[] => Array.from({ length: 9 }, (_, index) => deployment({ image }, {}, `web-${index}`));
  const result = review(tree(many('a/b:1.0.0')), tree(many('a/b:1.1.0')));
  expect(result.findings).toHaveLength(9);
  expect(text(report(result, 'main'))).toContain(
    'Deployment web-0, Deployment web-1, Deployment web-2 and 6 more objects (local): Image a/b: 1.0.0 -> 1.1.0.',
  );
});

test('Markdown fits a comment, and says what was cut; findings come before everything else', () => {
  const many = Array.from({ length: 3000 }, (_, index) => object('v1', 'ConfigMap', `apps/a-name-that-is-rather-long-${index}`));
  const claim = object('v1', 'PersistentVolumeClaim', 'apps/data');
  const lines = report(review(tree([claim]), tree(many)), 'main');
  const written = markdown(lines);
  expect(text(lines).length).toBeGreaterThan(LONGEST_COMMENT);
  expect(written.length).toBeLessThanOrEqual(LONGEST_COMMENT);
  expect(written).toContain('PersistentVolumeClaim apps/data is removed');
  const shown = written.split('\n').filter((line) => line.startsWith('- added')).length;
  expect(written).toMatch(new RegExp(`\\*\\*Cut:\\*\\* 0 findings and ${3001 - shown} objects more do not fit`));
});

test('values that have a meaning in Markdown or in a terminal are shown as they are', () => {
  const config = (value: string): Manifest => object('v1', 'ConfigMap', 'apps/c', { data: { key: value } });
  const lines = report(review(tree([config('`a` *b*')]), tree([config('\u001b[31m|x|')])), 'main');
  expect(markdown(lines)).toContain('`` `a` *b* `` -> ` [31m|x|`');
  expect(text(lines)).not.toContain('\u001b');
});

test('no format shows a value of a Secret, or of a field that is called like one', () => {
  const old = [secret('apps/s', 'password'), object('v1', 'ConfigMap', 'apps/c', { data: { adminPassword: 'hunter1' } })];
  const next = [
    object('v1', 'Secret', 'apps/s', { data: { password: 'aHVudGVyMg==' }, stringData: { token: 'hunter2' } }),
    object('v1', 'ConfigMap', 'apps/c', { data: { adminPassword: 'hunter3' } }),
  ];
  const result = review(tree(old), tree(next));
  for (const written of [markdown(report(result, 'main')), text(report(result, 'main')), json(result, 'main')]) {
    expect(written).toContain('data.password');
    expect(written).not.toMatch(/hunter|aHVudGVyMg|eA==/);
  }
});

test('JSON has every finding and every object', () => {
  const result = review(tree(before), tree(chart('1.1.0', 'ghcr.io/team/web:1.1.0', ['get', 'delete'])));
  const { findings, changes } = JSON.parse(json(result, 'main')) as { findings: object[]; changes: object[] };
  expect(findings).toEqual([
    expect.objectContaining({
      class: 'security',
      rule: 'rbac-widened',
      environment: 'local',
      stage: '10-stage',
      object: 'Role apps/web',
      field: 'rules',
    }),
    expect.objectContaining({ class: 'versions', rule: 'image-version', object: 'Deployment web' }),
  ]);
  expect(changes).toHaveLength(80);
  expect(changes).toContainEqual(
    expect.objectContaining({ change: 'changed', object: 'Service apps/part-1', onlyNoise: ['checksums', 'labels'] }),
  );
});

test('without a difference it says so', () => {
  expect(text(report(review(tree(before), tree(before)), 'main'))).toBe('Review of dist\nNo object differs from main.\n');
});

test('an object with a finding is listed, even if nothing but noise differs', () => {
  const result = review(tree(before), tree(chart('1.1.0', 'ghcr.io/team/web:1.0.0')));
  const change = result.changes.find(({ after }) => after?.manifest.metadata.name === 'part-1');
  if (!change) throw new Error('unreachable');
  const finding = { rule: 'any', class: 'data', change, field: '', message: 'Something is lost.' } as const;
  expect(text(report(result, 'main'))).toContain('checksums, labels: 80 objects');
  const written = text(report({ ...result, findings: [finding] }, 'main'));
  expect(written).toContain('    changed Service apps/part-1\n');
  expect(written).toContain('checksums, labels: 79 objects');
});
