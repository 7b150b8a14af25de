import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentObjects } from '../../manifests/environment-objects';
import { graphOf } from '../../review/graph/graph';
import { foldedMermaid, unfoldedMermaid } from '../../review/graph/mermaid';
import { workingTree } from '../../review/read/working-tree';
import { TreeReader } from '../../review/tree';
import { stage } from '../checks/support';
import { FIXTURES } from '../fixtures/dist';
import { object } from './support';

const [BEGIN, END] = ['<!-- graph: npm run graph -->', '<!-- end of graph -->'];

/** Every edge as text: `PostgresCluster a/db makes Secret a/db-user`. */
function edges(environment: EnvironmentObjects): string[] {
  return graphOf(environment).edges.map(({ type, from, to }) => `${from.name} ${type} ${to.name}`);
}

const secretOf = (name: string): object => ({ kind: 'Secret', namespace: 'a', name, keys: ['password'] });
const environment = new EnvironmentObjects([
  stage(
    '10-database',
    object('v1', 'Namespace', 'a'),
    object('example.org/v1', 'Database', 'a/db', {}, { makes: [secretOf('db-user') as never] }),
  ),
  stage(
    '20-web',
    object(
      'apps/v1',
      'Deployment',
      'a/web',
      {
        spec: {
          template: {
            spec: { containers: [{ name: 'web', envFrom: [{ secretRef: { name: 'db-user' } }, { secretRef: { name: 'mine' } }] }] },
          },
        },
      },
      { needs: [{ ...(secretOf('mine') as { kind: string; name: string }), remedy: 'kubectl create secret' }] },
    ),
  ),
]);

test('has the references that the checks resolve, who makes what is referred to, and what the installer provides', () => {
  expect(edges(environment).sort()).toEqual([
    'Database a/db makes Secret a/db-user',
    'Database a/db needs Namespace a',
    'Deployment a/web needs Namespace a',
    'Deployment a/web needs Secret a/db-user',
    'Deployment a/web needs Secret a/mine',
  ]);
});

test('folded has a box for each stage, and says what it needs of which other one', () => {
  expect(foldedMermaid(graphOf(environment))).toBe(
    [
      'flowchart LR',
      '  stage_10_database["10 database<br>Namespace a<br>Database a/db"]',
      '  stage_20_web["20 web<br>Deployment a/web"]',
      '  stage_installer("provided by you")',
      '  stage_10_database -->|"Secret a/db-user*<br>Namespace a"| stage_20_web',
      '  stage_installer -->|"Secret a/mine"| stage_20_web',
      '',
    ].join('\n'),
  );
});

test('unfolded has every object', () => {
  const written = unfoldedMermaid(graphOf(environment));
  for (const name of ['Namespace a', 'Database a/db', 'Deployment a/web', 'Secret a/db-user', 'Secret a/mine'])
    expect(written).toContain(`"${name}"`);
  expect(written.match(/-\.->\|makes\|/g)).toHaveLength(1);
});

/** Of the tests' own environment, which is what the project ships and users do not edit. */
test('README.md shows the graph of local', () => {
  const { environments } = new TreeReader().read(workingTree(FIXTURES), 'fixtures');
  const local = environments.get('local');
  if (!local) throw new Error('unreachable');
  const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8');
  const shown = readme.slice(readme.indexOf(BEGIN), readme.indexOf(END));
  expect(shown).toBe(`${BEGIN}\n\n\`\`\`mermaid\n${foldedMermaid(graphOf(local))}\`\`\`\n\n`);
});

test('every environment is readable: a label has at most ten lines', () => {
  const { environments } = new TreeReader().read(workingTree(FIXTURES), 'fixtures');
  for (const one of environments.values()) {
    const labels = [...foldedMermaid(graphOf(one)).matchAll(/"([^"]*)"/g)].map(([, label = '']) => label.split('<br>'));
    for (const label of labels) expect(label.length).toBeLessThanOrEqual(10);
  }
});
