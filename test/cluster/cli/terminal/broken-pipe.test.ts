import { EventEmitter } from 'node:events';
import { endWithReader } from '../../../../cluster/cli/terminal/broken-pipe';

test('when nobody reads on it ends, quietly', () => {
  const stream = new EventEmitter();
  const codes: number[] = [];
  endWithReader(stream, (code) => codes.push(code));
  stream.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  expect(codes).toEqual([141]);
});

test('every other trouble with what it writes is told', () => {
  const stream = new EventEmitter();
  endWithReader(stream, () => undefined);
  const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
  expect(() => stream.emit('error', full)).toThrow(full);
});
