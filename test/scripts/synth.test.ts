import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Project } from './project';

let project: Project;

beforeEach(() => (project = new Project()));
afterEach(() => project.remove());

test('does not write dist/ if it is up to date, and names the next step', async () => {
  const before = project.dist();
  const { code, stdout, stderr } = await project.synth();
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.split('\n').slice(0, 3)).toEqual(['dist/ is up to date', '', '  dist/00-data-protection.k8s.yaml']);
  expect(stdout).toContain('  dist/tutorial/30-postgres.k8s.yaml\n');
  expect(stdout).toContain('Next: npm run deploy');
  expect(project.dist()).toEqual(before);
});

test('writes changes, and lists changed, new and removed files', async () => {
  project.edit('environments/local.ts', 'replicas: 2,', 'replicas: 4,');
  project.write('dist/99-forgotten.k8s.yaml', '---\n');
  rmSync(join(project.folder, 'dist/production'), { recursive: true });
  const { code, stdout, stderr } = await project.synth();
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.split('\n').filter((line) => /\(.*\)$/.test(line) && !line.includes('production/') && !line.startsWith('Next'))).toEqual([
    '  dist/30-postgres.k8s.yaml  (changed)',
    '  dist/99-forgotten.k8s.yaml  (gone)',
  ]);
  expect(stdout).toContain('  dist/production/50-cvat.k8s.yaml  (changed)\n');
  expect(stdout).toContain('Next: git diff dist to review');
  expect(project.read('dist/30-postgres.k8s.yaml')).toContain('replicas: 4');
  expect(Object.keys(project.dist())).toContain('production/50-cvat.k8s.yaml');
  expect(Object.keys(project.dist())).not.toContain('99-forgotten.k8s.yaml');
});

test('prints warnings, and writes', async () => {
  project.edit('environments/local.ts', '    host: ', '    server: { replicas: 2 },\n    host: ');
  const { code, stdout } = await project.synth();
  expect(code).toBe(0);
  expect(stdout).toContain(
    '\nWarnings:\n\n  local  50-cvat/cvat  storage.data.accessModes\n    must be "ReadWriteMany" for pods on several nodes; got "ReadWriteOnce" with server.replicas 2.',
  );
  expect(stdout).toContain('  dist/50-cvat.k8s.yaml  (changed)');
});

test('reports a file in dist/ that synth did not write, and keeps it', async () => {
  project.write('dist/notes.txt', 'mine');
  const before = project.dist();
  const { code, stderr } = await project.synth();
  expect(code).toBe(1);
  expect(stderr).toContain('dist/: must have only files of synth; got notes.txt. Move them to another folder.');
  expect(project.dist()).toEqual(before);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('reports a syntax error by its place, without a trace', async () => {
  project.edit('environments/local.ts', 'replicas: 2,', 'replicas: 2;');
  const before = project.dist();
  const { code, stdout, stderr } = await project.synth();
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^environments\/local\.ts:\d+:\d+: Expected "}" but found ";"\n$/);
  expect(project.dist()).toEqual(before);
});

test('answers --help and unknown arguments without synthesizing', async () => {
  const [help, wrong] = await Promise.all([project.synth('--help'), project.synth('--everything')]);
  expect([help.code, help.stdout]).toEqual([0, expect.stringMatching(/^npm run synth\n[^]*Exit code: 0 written/)]);
  expect([wrong.code, wrong.stdout]).toEqual([2, '']);
  expect(wrong.stderr).toContain('synth: must have no arguments; got "--everything".');
});
