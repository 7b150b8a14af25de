import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDist, selectStages } from '../../cluster/dist';
import { formatKey, keyOf } from '../../manifests/manifest';
import { CommandProblem } from '../../cluster/problem';
import { DIST } from '../fixtures/dist';

describe('dist/', () => {
  test('is read as stages in the order of its files', () => {
    const { environment, stages } = readDist(DIST);
    expect(environment).toBe('local');
    expect(stages.map(({ name }) => name)).toEqual([
      '00-data-protection',
      '10-app-user-crd',
      '20-postgres-operator-crds',
      '20-postgres-operator',
      '30-postgres',
      '40-app-user-operator',
      '50-cvat',
      '60-app-users',
    ]);
    expect(stages[4]?.file).toBe(join(DIST, '30-postgres.k8s.yaml'));
    expect(stages[4]?.objects.map((object) => formatKey(keyOf(object)))).toEqual([
      'Namespace cvat',
      'PostgresCluster cvat/my-postgres',
      'Secret cvat/my-postgres-pguser-cvat',
    ]);
  });

  test('has another environment in each subfolder', () => {
    expect(readDist(join(DIST, 'production')).environment).toBe('production');
  });
});

describe('a folder', () => {
  let folder: string;

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'dist-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const label = (environment: string): string => `labels: { platform.kapernikov.com/environment: ${environment} }`;
  const configMap = (name: string, more = label('local')): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  ${more}\n`;

  function problem(files: Readonly<Record<string, string>>): string {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    try {
      readDist(folder);
    } catch (error) {
      if (error instanceof CommandProblem && error.exitCode === 2) return error.message.replaceAll(folder, 'dist');
      throw error;
    }
    throw new Error('there is no problem');
  }

  test('may have several documents in a file, empty documents, other files and other extensions', () => {
    writeFileSync(join(folder, '20-b.yml'), configMap('b'));
    writeFileSync(join(folder, '10-a.yaml'), `---\n---\n${configMap('a')}---\n${configMap('c')}`);
    writeFileSync(
      join(folder, '30-d.json'),
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"d","labels":{"platform.kapernikov.com/environment":"local"}}}',
    );
    writeFileSync(join(folder, 'README.md'), '# nothing');
    mkdirSync(join(folder, 'below.yaml'));
    expect(readDist(folder).stages.map(({ name, objects }) => [name, objects.map(({ metadata }) => metadata.name)])).toEqual([
      ['10-a', ['a', 'c']],
      ['20-b', ['b']],
      ['30-d', ['d']],
    ]);
  });

  test('that does not exist is reported with the command that writes it', () => {
    rmSync(folder, { recursive: true });
    expect(problem({})).toBe(
      'The folder dist does not exist. Run npm run synth: it writes dist/, and dist/<name>/ for each further environment.',
    );
    mkdirSync(folder);
  });

  test('that is a file is reported', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => readDist(join(folder, 'file'))).toThrow(/^The folder .*file cannot be read \(ENOTDIR: /);
  });

  test('without YAML files is reported', () => {
    expect(problem({ 'notes.txt': 'mine' })).toBe('The folder dist has no YAML files. Run npm run synth.');
  });

  test('is reported with all problems of its files', () => {
    const files = {
      '10-a.k8s.yaml': 'kind: ConfigMap\nmetadata: {name: a}\n',
      '20-b.k8s.yaml': 'a: b: c\n',
      '30-c.k8s.yaml': `${configMap('c')}---\n${configMap('c')}`,
      '40-d.k8s.yaml': '- a list\n',
    };
    expect(problem(files)).toMatchInlineSnapshot(`
      "dist: must be written by npm run synth; found problems. Run npm run synth.
        dist/10-a.k8s.yaml: a document lacks apiVersion, kind or metadata.name
        dist/20-b.k8s.yaml: Nested mappings are not allowed in compact mappings at line 1, column 4:

      a: b: c
         ^

        dist/30-c.k8s.yaml: ConfigMap c is defined twice
        dist/40-d.k8s.yaml: a document lacks apiVersion, kind or metadata.name"
    `);
  });

  test('with two environments is refused, because one would prune the other', () => {
    expect(problem({ '10-a.yaml': configMap('a'), '20-b.yaml': configMap('b', label('production')) })).toContain(
      'label platform.kapernikov.com/environment must be the same on all objects; got "local" and "production".\nRun npm run synth',
    );
  });

  test('with objects that carry no label is refused', () => {
    expect(problem({ '10-a.yaml': configMap('a'), '20-b.yaml': configMap('b', 'labels: {}') })).toContain('got "local" and none.');
    expect(problem({ '10-a.yaml': '---\n', '20-b.yaml': '' })).toContain('got nothing.');
  });
});

describe('a stage', () => {
  const stages = ['20-postgres-operator', '50-cvat', '55-cvat', '60-app-users'].map((name) => ({ name }));
  const selected = (...names: string[]): string[] => selectStages(stages, names).map(({ name }) => name);

  test('is selected by its name with or without the number, and stages keep their order', () => {
    expect(selected('60-app-users')).toEqual(['60-app-users']);
    expect(selected('app-users', 'postgres-operator')).toEqual(['20-postgres-operator', '60-app-users']);
    expect(selected('cvat')).toEqual(['50-cvat', '55-cvat']);
  });

  test('is selected when no name is given, as all are', () => {
    expect(selected()).toEqual(stages.map(({ name }) => name));
  });

  test('that does not exist is reported with those that do', () => {
    expect(() => selected('cvat', 'mysql', 'users')).toThrow(
      new CommandProblem(
        'stage: must be one of 20-postgres-operator, 50-cvat, 55-cvat, 60-app-users (the number is optional); got "mysql", "users".',
      ),
    );
    expect(() => selected('postgres')).toThrow('got "postgres".');
  });
});
