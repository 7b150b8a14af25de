import { PassThrough } from 'node:stream';
import { CommandProblem } from '../../../../cluster/problem';
import { ask } from '../../../../cluster/cli/commands/confirm';

/** The answer of `ask` when this is typed. */
function answerTo(typed: string, signal?: AbortSignal): Promise<boolean> {
  const input = new PassThrough();
  const answer = ask('Continue? ', { input, output: new PassThrough() }, signal);
  input.write(typed);
  return answer;
}

test.each(['y', 'Y', 'yes', ' yes '])('"%s" is a yes', async (typed) => {
  expect(await answerTo(`${typed}\n`)).toBe(true);
});

test.each(['', 'n', 'no', 'yesterday', 'certainly'])('"%s" is a no', async (typed) => {
  expect(await answerTo(`${typed}\n`)).toBe(false);
});

test('Ctrl-D is a no', async () => {
  expect(await answerTo('\u0004')).toBe(false);
});

test('end of input is a no', async () => {
  const input = new PassThrough();
  const answer = ask('Continue? ', { input, output: new PassThrough() });
  input.end();
  expect(await answer).toBe(false);
});

test('Ctrl-C ends the command with exit code 130, and a message without a stack trace', async () => {
  const error = await answerTo('\u0003').catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(CommandProblem);
  expect(error).toMatchObject({ exitCode: 130, message: '\nInterrupted. Nothing was changed.' });
});

test('rejects when the signal is aborted', async () => {
  const interrupt = new AbortController();
  const answer = answerTo('ye', interrupt.signal);
  const stop = new Error('stop');
  interrupt.abort(stop);
  await expect(answer).rejects.toBe(stop);
});
