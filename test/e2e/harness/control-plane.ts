import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { type BuiltProgram, findControlPlane } from '../../../scripts/control-plane';
import { Audit } from './audit';
import { ADMINISTRATOR, CONTROLLER_MANAGER, type Credentials, type User, writeCredentials } from './credentials';
import { Kubectl } from './kubectl';
import { freePorts } from './ports';
import { Processes, type RunningProgram, tailOf } from './processes';
import { argumentsOf, authorityIn, type Ports, type ProgramName } from './programs';
import { until } from './until';

export interface ControlPlaneOptions {
  /** Users besides the administrator, for tests of RBAC: the API server reads them once, when it starts. */
  readonly users?: readonly User[];
  /** Users whose requests are audited. @default none */
  readonly audited?: readonly string[];
}

/** A program that ended while it was waited for. */
class EarlyEnd extends Error {}
/** The same, and other ports help. */
class PortTaken extends EarlyEnd {}

const ATTEMPTS = 3;

/** Starts etcd, kube-apiserver and kube-controller-manager on free ports of the loopback address; it is ready when this returns. */
export async function startControlPlane({ users = [], audited = [] }: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const folder = findControlPlane();
  for (let attempt = 1; ; attempt++) {
    const processes = await Processes.open();
    try {
      const [etcd = 0, etcdPeer = 0, apiServer = 0] = await freePorts(3);
      const controlPlane = new ControlPlane(processes, folder, { etcd, etcdPeer, apiServer }, users, audited);
      await controlPlane.start();
      return controlPlane;
    } catch (error) {
      await processes.close();
      if (!(error instanceof PortTaken) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** A Kubernetes without nodes: it stores, checks, admits and garbage-collects objects as any other, but runs no Pod. */
export class ControlPlane {
  /** The URL of the API server; it stays the same when that restarts. */
  readonly server: string;
  /** The file of the authority that signed the API server's certificate. */
  readonly authority: string;
  /** kubectl as an administrator. */
  readonly kubectl: Kubectl;
  readonly audit: Audit;
  private readonly running = new Map<ProgramName, RunningProgram>();
  private readonly credentials: Credentials;
  private readonly arguments: ReturnType<typeof argumentsOf>;

  constructor(
    /** Tests can start further programs here, which end with the control plane. */
    readonly processes: Processes,
    private readonly folder: string,
    ports: Ports,
    users: readonly User[],
    audited: readonly string[],
  ) {
    const { directory } = processes;
    this.audit = new Audit(directory, audited);
    this.server = `https://127.0.0.1:${ports.apiServer}`;
    this.authority = authorityIn(directory);
    this.credentials = writeCredentials({
      directory,
      server: this.server,
      authority: this.authority,
      users: [ADMINISTRATOR, CONTROLLER_MANAGER, ...users],
    });
    this.arguments = argumentsOf(directory, ports, this.credentials, this.audit);
    this.kubectl = this.kubectlAs(ADMINISTRATOR.name);
  }

  /** The temporary folder, with the logs: it goes away with the control plane. */
  get directory(): string {
    return this.processes.directory;
  }

  /** The process ids of what runs. */
  get pids(): Readonly<Partial<Record<ProgramName, number>>> {
    return Object.fromEntries([...this.running].map(([name, program]) => [name, program.pid]));
  }

  /** kubectl as one of the users of the options. */
  kubectlAs(user: string): Kubectl {
    return new Kubectl(this.processes, this.program('kubectl'), this.kubeconfigOf(user));
  }

  /** The kubeconfig file of the administrator, or of one of the users of the options. */
  kubeconfigOf(user: string = ADMINISTRATOR.name): string {
    return this.credentials.kubeconfigOf(user);
  }

  /** The path of one of the programs that were built. */
  program(name: BuiltProgram): string {
    return join(this.folder, name);
  }

  /** The end of a program's log. */
  log(name: ProgramName, lines?: number): string {
    return tailOf(this.logOf(name), lines);
  }

  async start(): Promise<void> {
    await this.run('etcd');
    await this.startApiServer();
    await this.run('kube-controller-manager');
    // Its first visible deed, without which no Pod is admitted.
    await this.ready('kube-controller-manager', '/api/v1/namespaces/default/serviceaccounts/default');
  }

  async startApiServer(): Promise<void> {
    await this.run('kube-apiserver');
    await this.ready('kube-apiserver', '/readyz');
  }

  /**
   * Takes the API server away as a crash does; etcd keeps the objects. With SIGTERM it would first wait for the controller manager's open
   * watches, a minute long: its clients see no difference but that.
   */
  async stopApiServer(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.running.get('kube-apiserver')?.stop(signal);
    this.running.delete('kube-apiserver');
  }

  async restartApiServer(signal?: NodeJS.Signals): Promise<void> {
    await this.stopApiServer(signal);
    await this.startApiServer();
  }

  /** Ends everything that was started, and removes the temporary folder. Happens by itself when this process ends without it. */
  async stop(): Promise<void> {
    await this.processes.close();
    this.running.clear();
  }

  private logOf(name: ProgramName): string {
    return join(this.directory, `${name}.log`);
  }

  private async run(name: ProgramName): Promise<void> {
    const log = this.logOf(name);
    const program = { command: this.program(name), arguments: this.arguments[name], environment: { HOME: this.directory } };
    this.running.set(name, await this.processes.start({ ...program, standardOutput: log, standardError: log }));
  }

  /** Waits until the API server answers that path with 200; a program that ends meanwhile is an error with the end of its log. */
  private async ready(waitsFor: ProgramName, path: string): Promise<void> {
    const answered = async (): Promise<boolean> => {
      for (const [name, program] of this.running) if (program.exit !== undefined) throw this.earlyEnd(name, program);
      return existsSync(this.authority) && (await this.status(path)) === 200;
    };
    try {
      await until(`${path} of the API server answers 200`, answered);
    } catch (error) {
      if (error instanceof EarlyEnd || !(error instanceof Error)) throw error;
      throw new Error(`${error.message}. The end of the log of ${waitsFor}:\n${this.log(waitsFor)}`, { cause: error });
    }
  }

  private earlyEnd(name: ProgramName, { exit }: RunningProgram): EarlyEnd {
    const log = this.log(name);
    const how = exit?.signal == null ? `with code ${exit?.code}` : `by ${exit.signal}`;
    const message = `${name} ended ${how} while the control plane started. The end of its log:\n${log}`;
    return /address already in use/i.test(log) ? new PortTaken(message) : new EarlyEnd(message);
  }

  /** The status of the answer to the administrator; undefined when there is none yet. */
  private status(path: string): Promise<number | undefined> {
    const headers = { authorization: `Bearer ${this.credentials.tokenOf(ADMINISTRATOR.name)}` };
    return new Promise((resolve) => {
      const ask = request(`${this.server}${path}`, { ca: readFileSync(this.authority), headers, agent: false, timeout: 2000 }, (answer) => {
        answer.resume().once('close', () => resolve(answer.statusCode));
      });
      ask.once('timeout', () => ask.destroy());
      ask.once('error', () => resolve(undefined)).end();
    });
  }
}
