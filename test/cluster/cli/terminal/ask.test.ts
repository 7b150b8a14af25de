import { PassThrough } from 'node:stream';
import { CommandProblem } from '../../../../cluster/problem';
import { ask } from '../../../../cluster/cli/terminal/ask';

/** Asks, while a person types. */
function asked(typed: string, signal?: AbortSignal): Promise<boolean> {
  const input = new PassThrough();
  const answer = ask('Go on? ', { input, output: new PassThrough() }, signal);
  input.write(typed);
  return answer;
}

test.each(['y', 'Y', 'yes', ' yes '])('"%s" is a yes', async (typed) => {
  expect(await asked(`${typed}\n`)).toBe(true);
});

test.each(['', 'n', 'no', 'yesterday', 'certainly'])('"%s" is a no', async (typed) => {
  expect(await asked(`${typed}\n`)).toBe(false);
});

test('Ctrl-D is a no', async () => {
  expect(await asked('\u0004')).toBe(false);
});

test('the end of the input is a no', async () => {
  const input = new PassThrough();
  const answer = ask('Go on? ', { input, output: new PassThrough() });
  input.end();
  expect(await answer).toBe(false);
});

test('Ctrl-C ends the command as interrupted, with words and without a trace', async () => {
  const error = await asked('\u0003').catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(CommandProblem);
  expect(error).toMatchObject({ exitCode: 130, message: '\nInterrupted. Nothing was changed.' });
});

test('a signal ends it, too', async () => {
  const interrupt = new AbortController();
  const answer = asked('ye', interrupt.signal);
  const stop = new Error('stop');
  interrupt.abort(stop);
  await expect(answer).rejects.toBe(stop);
});
