import { createInterface } from 'node:readline';
import { CommandProblem } from '../../problem';

export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Whether a person says yes. Ctrl-D is a no, and with Ctrl-C the command ends as every program does that is interrupted. */
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
