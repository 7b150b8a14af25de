import { createInterface } from 'node:readline';
import { CommandProblem } from '../../problem';
import type { Session } from '../../session';
import type { Options } from '../options';

export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Prints the consequences, and asks for confirmation at a terminal. Without a terminal, or with --yes, it is confirmed. */
export async function confirm(consequences: readonly string[], { yes, json }: Options, { signal }: Session): Promise<boolean> {
  if (!json && consequences.length > 0) process.stdout.write(`${consequences.join('\n')}\n\n`);
  if (yes || json || !process.stdin.isTTY || !process.stdout.isTTY) return true;
  return ask('Continue? [y/N] ', { input: process.stdin, output: process.stdout }, signal);
}

/** Refuses --output json at a terminal without --yes: a question would be mixed with the JSON. */
export function requireYes({ command, json, yes, dryRun }: Options): void {
  if (json && !yes && !dryRun && process.stdin.isTTY)
    throw new CommandProblem(`--yes: must be given with --output json at a terminal. Run: npm run ${command} -- --output json --yes`);
}

/** Whether the answer is y or yes. Ctrl-D is a no; Ctrl-C ends the command with exit code 130. */
export async function ask(question: string, { input, output }: Terminal, signal?: AbortSignal): Promise<boolean> {
  const lines = createInterface({ input, output, terminal: true });
  try {
    return await new Promise((resolve, reject) => {
      lines.once('SIGINT', () => reject(new CommandProblem('\nInterrupted. Nothing was changed.', 130)));
      lines.once('close', () => {
        output.write('\n');
        resolve(false);
      });
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      lines.question(question, (answer) => resolve(/^y(es)?$/i.test(answer.trim())));
    });
  } finally {
    lines.removeAllListeners('close');
    lines.close();
  }
}
