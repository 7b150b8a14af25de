import { formatTable } from '../../../../cluster/cli/terminal/table';

const ROWS = [
  ['STAGE', 'OBJECT', 'STATE', 'REASON'],
  ['30-postgres', 'PostgresCluster cvat/my-postgres', 'waiting', '1 of 2 replicas are ready'],
  ['50-cvat', 'HelmChart kube-system/cvat', 'ready', ''],
];

test('columns are as wide as their content, and lines have no trailing spaces', () => {
  expect(formatTable(ROWS)).toBe(
    [
      'STAGE        OBJECT                            STATE    REASON',
      '30-postgres  PostgresCluster cvat/my-postgres  waiting  1 of 2 replicas are ready',
      '50-cvat      HelmChart kube-system/cvat        ready',
    ].join('\n'),
  );
});

test('cuts the last column to the width of the terminal, down to a minimum', () => {
  expect(formatTable(ROWS, { columns: 70 }).split('\n')[1]).toBe('30-postgres  PostgresCluster cvat/my-postgres  waiting  1 of 2 replic…');
  expect(formatTable(ROWS, { columns: 70 }).split('\n')[1]).toHaveLength(70);
  expect(formatTable(ROWS, { columns: 20 }).split('\n')[1]).toMatch(/ {2}waiting {2}1 of 2 re…$/);
});

test('colours do not count as width', () => {
  const painted = formatTable(ROWS, { paint: (text, row, column) => (row > 0 && column === 2 ? `<${text}>` : text) });
  expect(painted.split('\n')[2]).toBe('50-cvat      HelmChart kube-system/cvat        <ready  >');
});

test('joins the lines of a cell, and escapes control characters', () => {
  expect(formatTable([['A'], ['one\n  two\u001b[2J']])).toBe('A\none two\\x1b[2J');
});

test('formats no rows as an empty text', () => {
  expect(formatTable([])).toBe('');
});
