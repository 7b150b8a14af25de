import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exit, Program, Report, Request } from './keeper';

export type { Exit, Program } from './keeper';

/** A program that runs under the keeper. */
export interface RunningProgram {
  readonly pid: number;
  /** How it ended, as soon as it has. */
  readonly exit: Exit | undefined;
  /** Waits until it has ended. */
  readonly ended: () => Promise<Exit>;
  /** Ends it and waits for that: with SIGTERM, and after thirty seconds with SIGKILL; or with the given signal. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<Exit>;
}

interface Entry {
  readonly started: (pid: number) => void;
  readonly refused: (problem: Error) => void;
  readonly exited: (exit: Exit) => void;
}

const GRACE = 30_000;

/** Child processes and their temporary folder, none of which outlives the process that opened this: see keeper.ts. */
export class Processes {
  private readonly entries = new Map<number, Entry>();
  private readonly gone: Promise<void>;
  private lastId = 0;
  private waiting = 0;

  private constructor(
    private readonly keeper: ChildProcess,
    /** For data, logs and credentials; goes away with the processes. */
    readonly directory: string,
  ) {
    keeper.on('message', (message: Report) => this.receive(message));
    this.gone = new Promise((resolve) => keeper.once('exit', () => resolve()));
    void this.gone.then(() => this.lose());
    this.release();
  }

  static async open(): Promise<Processes> {
    const keeper = fork(join(__dirname, 'keeper.ts'), [], {
      execArgv: ['--require', join(__dirname, '..', '..', '..', 'scripts', 'typescript.js')],
      // Outside the terminal's process group: a Ctrl-C must not hit the programs before the keeper puts things in order.
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const directory = await new Promise<string>((resolve, reject) => {
      const early = (): void => reject(new Error('the keeper of the test processes ended before it was ready; what it wrote is above'));
      keeper.once('error', reject).once('exit', early);
      keeper.once('message', (message: Report) => {
        keeper.off('error', reject).off('exit', early);
        if (message.kind === 'opened') resolve(message.directory);
        else reject(new Error(`the keeper of the test processes said "${message.kind}" first, not "opened"`));
      });
    });
    return new Processes(keeper, directory);
  }

  /** The keeper's own process, for tests that look whether it has gone. */
  get keeperPid(): number | undefined {
    return this.keeper.pid;
  }

  async start(program: Program): Promise<RunningProgram> {
    const id = ++this.lastId;
    let exit: Exit | undefined;
    let resolveExit: (exit: Exit) => void;
    const exited = new Promise<Exit>((resolve) => (resolveExit = resolve));
    const pid = await this.whileHeld(
      new Promise<number>((started, refuse) => {
        const refused = (problem: Error): void => refuse(new Error(`${program.command} did not start: ${problem.message}`));
        const onExit = (how: Exit): void => resolveExit((exit = how));
        this.entries.set(id, { started, refused, exited: onExit });
        this.send({ kind: 'start', id, program });
      }),
    );
    const ended = (): Promise<Exit> => this.whileHeld(exited);
    const stop = async (signal?: NodeJS.Signals): Promise<Exit> => {
      if (exit === undefined) this.send({ kind: 'signal', id, signal: signal ?? 'SIGTERM' });
      const impatience = setTimeout(() => this.send({ kind: 'signal', id, signal: 'SIGKILL' }), GRACE);
      return ended().finally(() => clearTimeout(impatience));
    };
    return {
      pid,
      get exit(): Exit | undefined {
        return exit;
      },
      ended,
      stop,
    };
  }

  /** Kills all programs, removes the folder and waits until both is done. */
  async close(): Promise<void> {
    if (this.keeper.connected) this.keeper.disconnect();
    this.keeper.ref();
    await this.gone;
  }

  private receive(message: Report): void {
    if (message.kind === 'opened') return;
    const entry = this.entries.get(message.id);
    if (message.kind === 'started') entry?.started(message.pid);
    else this.entries.delete(message.id);
    if (message.kind === 'refused') entry?.refused(new Error(message.message));
    if (message.kind === 'exited') entry?.exited(message.exit);
  }

  private send(request: Request): void {
    this.keeper.send(request, (problem) => {
      if (problem !== null && request.kind === 'start') {
        this.entries.get(request.id)?.refused(new Error('these processes were already closed'));
        this.entries.delete(request.id);
      }
    });
  }

  /** The keeper has gone, and with it everything that it kept. */
  private lose(): void {
    for (const entry of this.entries.values()) {
      entry.refused(new Error('the keeper of the test processes has ended'));
      entry.exited({ code: null, signal: 'SIGKILL' });
    }
    this.entries.clear();
  }

  /** Keeps this Node.js process alive only while a caller waits for a response: a test that does not close it does not hang. */
  private async whileHeld<Answer>(answer: Promise<Answer>): Promise<Answer> {
    if (this.waiting++ === 0) {
      this.keeper.ref();
      this.keeper.channel?.ref();
    }
    try {
      return await answer;
    } finally {
      if (--this.waiting === 0) this.release();
    }
  }

  private release(): void {
    this.keeper.unref();
    this.keeper.channel?.unref();
  }
}

/** The last lines of a log, for an error message. */
export function tailOf(log: string, lines = 25): string {
  try {
    return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '(no log)';
  }
}
