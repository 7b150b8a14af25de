import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Processes } from './processes';

export interface RunResult {
  /** The exit code. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** What the program reads from its standard input. */
  readonly input?: string;
  /** Where relative paths begin; the working folder of the test without it. */
  readonly workingDirectory?: string;
  /** How long it may take; 300 without it. */
  readonly seconds?: number;
}

let runs = 0;

/** Runs a program of one kind to its end, as often as needed; input and output pass through files of the given folder. */
export class Runner {
  constructor(
    private readonly processes: Processes,
    private readonly command: string,
    private readonly directory: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {
    mkdirSync(directory, { recursive: true });
  }

  /** A code other than zero is a result like any other; only a program that does not end in time is an error. */
  async run(args: readonly string[], { input, workingDirectory = process.cwd(), seconds = 300 }: RunOptions = {}): Promise<RunResult> {
    const files = join(this.directory, String(++runs));
    const [standardInput, standardOutput, standardError] = [`${files}.in`, `${files}.out`, `${files}.err`];
    if (input !== undefined) writeFileSync(standardInput, input);
    try {
      const running = await this.processes.start({
        command: this.command,
        arguments: args,
        environment: this.environment,
        workingDirectory,
        ...(input === undefined ? {} : { standardInput }),
        standardOutput,
        standardError,
      });
      let late = false;
      const deadline = setTimeout(() => {
        late = true;
        void running.stop('SIGKILL');
      }, seconds * 1000);
      const exit = await running.ended().finally(() => clearTimeout(deadline));
      const [stdout, stderr] = [readFileSync(standardOutput, 'utf8'), readFileSync(standardError, 'utf8')];
      if (exit.code === null) {
        const how = late ? `did not end within ${seconds} s` : `was ended by ${exit.signal}`;
        throw new Error(`${basename(this.command)} ${args.join(' ')} ${how}:\n${stdout}${stderr}`);
      }
      return { code: exit.code, stdout, stderr };
    } finally {
      for (const file of [standardInput, standardOutput, standardError]) rmSync(file, { force: true });
    }
  }
}
