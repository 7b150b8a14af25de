import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let repository: string;

beforeAll(() => {
  // The project itself can be an unpacked archive.
  repository = mkdtempSync(join(tmpdir(), 'attributes-'));
  copyFileSync(join(__dirname, '..', '.gitattributes'), join(repository, '.gitattributes'));
  execFileSync('git', ['init', '--quiet'], { cwd: repository });
});

afterAll(() => rmSync(repository, { recursive: true, force: true }));

test.each([
  'dist/20-postgres-operator-crds.k8s.yaml',
  'dist/production/20-postgres-operator-crds.k8s.yaml',
  'dist/production/60-tool-crds.k8s.yaml',
  'dist/production/gitops/flux.yaml',
])('GitHub shows the diffs of %s: each file can contain what has to be reviewed, such as a policy beside CRDs', (file) => {
  const attribute = execFileSync('git', ['check-attr', 'linguist-generated', '--', file], { cwd: repository, encoding: 'utf8' });
  expect(attribute.trim()).toBe(`${file}: linguist-generated: false`);
});
