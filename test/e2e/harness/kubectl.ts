import { join } from 'node:path';
import type { Processes } from './processes';
import { Runner, type RunOptions, type RunResult } from './run';

export type KubectlResult = RunResult;
export type KubectlOptions = RunOptions;

/** kubectl as one user of a control plane. Its cache is in the control plane's temporary folder. */
export class Kubectl {
  private readonly runner: Runner;

  constructor(
    processes: Processes,
    program: string,
    readonly kubeconfig: string,
  ) {
    const directory = join(processes.directory, 'kubectl');
    // Nothing else of this environment: no KUBECTL_* setting and no proxy of the developer's must change what a test sees.
    this.runner = new Runner(processes, program, directory, {
      PATH: process.env['PATH'],
      KUBECONFIG: kubeconfig,
      HOME: directory,
      TMPDIR: directory,
      KUBECACHEDIR: join(directory, 'cache'),
    });
  }

  /** Runs kubectl. A code other than zero is a result like any other; only a kubectl that does not end in time is an error. */
  async run(args: readonly string[], options: KubectlOptions = {}): Promise<KubectlResult> {
    return this.runner.run(args, options);
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
