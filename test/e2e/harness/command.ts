import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Api, type Live } from './api';
import type { ControlPlane } from './control-plane';
import { FIXTURES } from '../../fixtures/dist';
import { ROOT } from './dist';
import type { RunningProgram } from './processes';
import { until } from './until';

export interface CommandResult {
  /** The exit code; nothing when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Secret extends Live {
  readonly type: string;
  readonly data?: Readonly<Record<string, string>>;
}

/** What is in Secrets besides what is secret. */
const PUBLIC_KEYS = ['database', 'dbname', 'emailAddress', 'host', 'port', 'url', 'user', 'username'];
/** Values that are in dist, and releases that are made of them. */
const PUBLIC_TYPES = ['helm.sh/release.v1', 'helmcharts.helm.cattle.io/values'];

let started = 0;

/** The commands of cluster/ as people run them, `npm run deploy`, without npm: processes that know nothing of the test but a kubeconfig. */
export class Commands {
  /** Every secret value that has been on the cluster, and where. */
  private readonly secrets = new Map<string, string>();
  private readonly api: Api;

  constructor(
    private readonly controlPlane: ControlPlane,
    private readonly kubeconfig = controlPlane.kubeconfigOf(),
  ) {
    this.api = new Api(controlPlane.kubeconfigOf());
  }

  /** The number of secret values that no output may have shown. */
  get secretCount(): number {
    return this.secrets.size;
  }

  /** Runs one to its end. */
  async run(...args: readonly string[]): Promise<CommandResult> {
    return (await this.start(...args)).result();
  }

  /** What one says that has to succeed. */
  async output(...args: readonly string[]): Promise<string> {
    return succeeded(await this.run(...args));
  }

  /** A deploy that times out, but not before it can have said this: how long that takes depends on the machine. */
  async timedOutDeploy(says: RegExp, ...args: readonly string[]): Promise<CommandResult> {
    const earlier = await this.start('deploy', ...args);
    await earlier.said(says);
    await earlier.interrupt('SIGINT');
    return this.run('deploy', ...args, '--timeout', '10s');
  }

  /** Starts one, to do something in its middle. */
  async start(...args: readonly string[]): Promise<RunningCommand> {
    const files = join(this.controlPlane.directory, `command-${++started}`);
    const [standardOutput, standardError] = [`${files}.out`, `${files}.err`];
    const program = await this.controlPlane.processes.start({
      command: process.execPath,
      arguments: [join(ROOT, 'scripts', 'cluster.js'), ...args],
      environment: { PATH: process.env['PATH'], HOME: this.controlPlane.directory, KUBECONFIG: this.kubeconfig },
      workingDirectory: FIXTURES,
      standardOutput,
      standardError,
    });
    return new RunningCommand(program, standardOutput, standardError, (text) => this.refuseSecrets(args, text));
  }

  close(): void {
    this.api.close();
  }

  /** In every test: no output may contain a value of a Secret. */
  private async refuseSecrets(args: readonly string[], text: string): Promise<void> {
    for (const { metadata, type, data = {} } of await this.api.list<Secret>('/api/v1/secrets')) {
      if (PUBLIC_TYPES.includes(type)) continue;
      for (const [key, value] of Object.entries(data)) {
        if (PUBLIC_KEYS.includes(key) || value === '') continue;
        const where = `${key} of Secret ${metadata.namespace}/${metadata.name}`;
        this.secrets.set(value, where).set(Buffer.from(value, 'base64').toString(), where);
      }
    }
    for (const [value, where] of this.secrets) if (text.includes(value)) throw new Error(`${args.join(' ')} has shown ${where}`);
  }
}

/** What it said, if it succeeded. */
export function succeeded({ code, stdout, stderr }: CommandResult): string {
  if (code !== 0) throw new Error(`the command ended with code ${code}:\n${stdout}${stderr}`);
  return stdout;
}

/** A command under way. */
export class RunningCommand {
  constructor(
    private readonly program: RunningProgram,
    private readonly standardOutput: string,
    private readonly standardError: string,
    private readonly look: (text: string) => Promise<void>,
  ) {}

  /** Waits until it has said that. */
  async said(pattern: RegExp): Promise<void> {
    await until(
      `the command says ${String(pattern)}`,
      () => {
        const text = readFileSync(this.standardOutput, 'utf8');
        if (pattern.test(text)) return true;
        if (this.program.exit !== undefined)
          throw new Error(`it never said ${String(pattern)}:\n${text}${readFileSync(this.standardError, 'utf8')}`);
        return false;
      },
      { seconds: 300, pauseMilliseconds: 10 },
    );
  }

  /** How it ends. */
  async result(): Promise<CommandResult> {
    const { code } = await this.program.ended();
    return this.read(code);
  }

  /** Sends a signal. */
  async interrupt(signal: NodeJS.Signals): Promise<CommandResult> {
    const { code } = await this.program.stop(signal);
    return this.read(code);
  }

  private async read(code: number | null): Promise<CommandResult> {
    const [stdout, stderr] = [readFileSync(this.standardOutput, 'utf8'), readFileSync(this.standardError, 'utf8')];
    await this.look(stdout + stderr);
    return { code, stdout, stderr };
  }
}
