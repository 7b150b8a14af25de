import type { App } from 'cdk8s';
import { Chart, Testing } from 'cdk8s';
import { Construct } from 'constructs';
import { formatProblems, report, reportedProblems } from '../../constructs/problem';

const FINDING = { message: 'It is red.', remedy: 'Make it green.' };

function construct(): Construct {
  return new Construct(new Chart(Testing.app(), '30-postgres'), 'cluster');
}

test('a reported problem has the path of its construct', () => {
  const cluster = construct();
  report(cluster, 'colour', FINDING);
  expect(reportedProblems(cluster.node.root)).toEqual([{ path: '30-postgres/cluster', field: 'colour', ...FINDING }]);
});

test('no finding is no problem', () => {
  const cluster = construct();
  report(cluster, 'colour', undefined);
  expect(reportedProblems(cluster.node.root)).toEqual([]);
});

test('everything that is wrong is reported, in the order of the tree', () => {
  const cluster = construct();
  const child = new Construct(cluster, 'child');
  report(child, 'shape', FINDING);
  report(cluster, 'colour', FINDING);
  report(cluster, 'size', FINDING);
  const places = reportedProblems(cluster.node.root).map(({ path, field }) => `${path} ${field}`);
  expect(places).toEqual(['30-postgres/cluster colour', '30-postgres/cluster size', '30-postgres/cluster/child shape']);
});

test('another App refuses to synthesize, too', () => {
  const cluster = construct();
  report(cluster, 'colour', FINDING);
  expect(() => (cluster.node.root as App).synth()).toThrow('colour: It is red. Make it green.');
});

test('problems are written with their places, and without what is empty', () => {
  const problems = [
    { environment: 'local', path: '30-postgres/cluster', field: 'colour', ...FINDING },
    { environment: 'environments/local.ts:3:1', path: '', field: '', message: 'Wrong.', remedy: '' },
  ];
  expect(`\n${formatProblems(problems)}`).toMatchInlineSnapshot(`
    "
      local  30-postgres/cluster  colour
        It is red. Make it green.

      environments/local.ts:3:1
        Wrong.
    "
  `);
});
