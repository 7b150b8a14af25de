import { paintDifference, paintFor } from '../../../../cluster/cli/terminal/colours';
import { RecordedStream } from './support';

const [terminal, file] = [new RecordedStream(80), new RecordedStream()];

test('colours text for a terminal', () => {
  expect(paintFor(terminal, {})('red', 'failed')).toBe('\u001b[31mfailed\u001b[39m');
});

test('does not colour for a file, with NO_COLOR, or for a dumb terminal', () => {
  for (const paint of [paintFor(file, {}), paintFor(terminal, { NO_COLOR: '1' }), paintFor(terminal, { TERM: 'dumb' })]) {
    expect(paint('red', 'failed')).toBe('failed');
  }
  expect(paintFor(terminal, { NO_COLOR: '' })('red', 'failed')).not.toBe('failed');
});

test('added lines are green, removed lines are red, and a YAML line that begins with dashes is no header', () => {
  const text = '--- before\n+++ after\n@@ -1,2 +1,2 @@\n same\n---- gone\n+new\n… and 3 more lines';
  expect(paintDifference(text, (colour, line) => `${colour}|${line}`).split('\n')).toEqual([
    'bold|--- before',
    'bold|+++ after',
    'cyan|@@ -1,2 +1,2 @@',
    ' same',
    'red|---- gone',
    'green|+new',
    'gray|… and 3 more lines',
  ]);
});
