import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Processes } from './processes';

export interface KubectlResult {
  /** kubectl's exit code. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface KubectlOptions {
  /** What kubectl reads from its standard input, for `-f -`. */
  readonly input?: string;
  /** Where relative paths begin; the working folder of the test without it. */
  readonly workingDirectory?: string;
  /** How long kubectl may take; 60 without it. */
  readonly seconds?: number;
}

let runs = 0;

/** kubectl as one user of a control plane. Whatever it writes besides its output goes to the control plane's temporary folder. */
export class Kubectl {
  private readonly environment: NodeJS.ProcessEnv;
  private readonly directory: string;

  constructor(
    private readonly processes: Processes,
    private readonly program: string,
    readonly kubeconfig: string,
  ) {
    this.directory = join(processes.directory, 'kubectl');
    mkdirSync(this.directory, { recursive: true });
    // Nothing else of this environment: no KUBECTL_* setting and no proxy of the developer's must change what a test sees.
    this.environment = {
      PATH: process.env['PATH'],
      KUBECONFIG: kubeconfig,
      HOME: this.directory,
      TMPDIR: this.directory,
      KUBECACHEDIR: join(this.directory, 'cache'),
    };
  }

  /** Runs kubectl. A code other than zero is a result like any other; only a kubectl that does not end in time is an error. */
  async run(
    args: readonly string[],
    { input, workingDirectory = process.cwd(), seconds = 60 }: KubectlOptions = {},
  ): Promise<KubectlResult> {
    const files = join(this.directory, String(++runs));
    const [standardInput, standardOutput, standardError] = [`${files}.in`, `${files}.out`, `${files}.err`];
    if (input !== undefined) writeFileSync(standardInput, input);
    try {
      const running = await this.processes.start({
        command: this.program,
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
        throw new Error(
          `kubectl ${args.join(' ')} ${late ? `did not end within ${seconds} s` : `was ended by ${exit.signal}`}:\n${stdout}${stderr}`,
        );
      }
      return { code: exit.code, stdout, stderr };
    } finally {
      for (const file of [standardInput, standardOutput, standardError]) rmSync(file, { force: true });
    }
  }

  /** The output of a kubectl that has to succeed. */
  async output(args: readonly string[], options: KubectlOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run(args, options);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with code ${code}:\n${stdout}${stderr}`);
    return stdout;
  }

  /** `kubectl apply` of objects, or of YAML text, as a result; flags such as --server-side come after. */
  async apply(manifest: string | object | readonly object[], ...flags: readonly string[]): Promise<KubectlResult> {
    const list = (items: readonly object[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    const input = typeof manifest === 'string' ? manifest : list(Array.isArray(manifest) ? manifest : [manifest]);
    return this.run(['apply', '-f', '-', ...flags], { input });
  }

  /** What `kubectl get … -o json` answers: `get('namespace', 'default')`; an error when that fails. */
  async get<Answer = unknown>(...args: readonly string[]): Promise<Answer> {
    return JSON.parse(await this.output(['get', ...args, '-o', 'json'])) as Answer;
  }
}
