import { tableOf } from '../../../../cluster/cli/terminal/table';

const ROWS = [
  ['STAGE', 'OBJECT', 'STATE', 'REASON'],
  ['30-postgres', 'PostgresCluster cvat/my-postgres', 'waiting', '1 of 2 replicas are ready'],
  ['50-cvat', 'HelmChart kube-system/cvat', 'ready', ''],
];

test('columns are as wide as their content, and no line ends with blanks', () => {
  expect(tableOf(ROWS)).toBe(
    [
      'STAGE        OBJECT                            STATE    REASON',
      '30-postgres  PostgresCluster cvat/my-postgres  waiting  1 of 2 replicas are ready',
      '50-cvat      HelmChart kube-system/cvat        ready',
    ].join('\n'),
  );
});

test('the last column is cut to the width of a terminal, but something of it stays', () => {
  expect(tableOf(ROWS, { columns: 70 }).split('\n')[1]).toBe('30-postgres  PostgresCluster cvat/my-postgres  waiting  1 of 2 replic…');
  expect(tableOf(ROWS, { columns: 70 }).split('\n')[1]).toHaveLength(70);
  expect(tableOf(ROWS, { columns: 20 }).split('\n')[1]).toMatch(/ {2}waiting {2}1 of 2 re…$/);
});

test('colours do not count as width', () => {
  const painted = tableOf(ROWS, { paint: (text, row, column) => (row > 0 && column === 2 ? `<${text}>` : text) });
  expect(painted.split('\n')[2]).toBe('50-cvat      HelmChart kube-system/cvat        <ready  >');
});

test('a reason of several lines, or with control characters, stays on its line', () => {
  expect(tableOf([['A'], ['one\n  two\u001b[2J']])).toBe('A\none two\\x1b[2J');
});

test('no rows are no table', () => {
  expect(tableOf([])).toBe('');
});
