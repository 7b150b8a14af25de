/**
 * The AppUser operator of the cluster, the real one: pods.ts plays its Pod, and here its program runs as long as its Deployment is there, with
 * the environment that this gives it, and as its ServiceAccount. The CVAT that it talks to is its own stand-in. That has the administrators that
 * the Job of dist is to create, as soon as that Job is complete.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CvatStandIn } from '../../../operator/test/stand-in/stand-in';
import { Api, type Condition, type Live } from './api';
import type { ControlPlane } from './control-plane';
import { kubeconfig } from './credentials';
import { ROOT } from './dist';
import { Loop } from './loop';
import type { Container } from './pod-status';
import { freePorts } from './ports';
import { type RunningProgram, tailOf } from './processes';

const NAMESPACE = 'cvat';
const DEPLOYMENT = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/app-user-operator`;

interface Workload extends Live {
  readonly spec: {
    readonly template: { readonly spec: { readonly serviceAccountName?: string; readonly containers: readonly [Container] } };
  };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

interface Secret extends Live {
  readonly data?: Readonly<Record<string, string>>;
}

export class AppUserOperator {
  private readonly api: Api;
  private readonly loop: Loop;
  private program: RunningProgram | undefined;
  /** Of the Deployment whose program runs. */
  private uid: string | undefined;
  private readonly logFile: string;

  private constructor(
    private readonly controlPlane: ControlPlane,
    readonly cvat: CvatStandIn,
    private readonly bundle: string,
  ) {
    this.api = new Api(controlPlane.kubeconfigOf());
    this.logFile = join(controlPlane.directory, 'app-user-operator.log');
    this.loop = new Loop(() => this.round());
  }

  static async start(controlPlane: ControlPlane): Promise<AppUserOperator> {
    const bundle = join(controlPlane.directory, 'app-user-operator.cjs');
    execFileSync(process.execPath, [join(ROOT, 'operator', 'bundle.mjs'), bundle], { stdio: 'inherit' });
    return new AppUserOperator(controlPlane, await CvatStandIn.start(), bundle);
  }

  /** Restarts the program, as when its Pod moves to another node: its back-off is lost. */
  async restart(): Promise<void> {
    await this.program?.stop();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
    await this.program?.stop();
    this.api.close();
    await this.cvat.stop();
  }

  /** The end of its log. */
  log(lines?: number): string {
    return tailOf(this.logFile, lines);
  }

  private async round(): Promise<void> {
    const deployment = await this.api.get<Workload>(DEPLOYMENT);
    // One that was deleted and created again since the last round has another Pod, with the credentials of another ServiceAccount.
    if (deployment?.metadata.uid !== this.uid) {
      await this.program?.stop();
      this.program = undefined;
      this.uid = deployment?.metadata.uid;
    }
    if (deployment !== undefined && (this.program === undefined || this.program.exit !== undefined)) {
      this.program = await this.run(deployment);
    }
    const jobs = await this.api.list<Workload>(`/apis/batch/v1/namespaces/${NAMESPACE}/jobs`, {
      labelSelector: 'app.kubernetes.io/name=cvat-administrators',
    });
    for (const job of jobs) if (isComplete(job)) await this.makeAdministrators(job.spec.template.spec.containers[0]);
  }

  private async run({ spec }: Workload): Promise<RunningProgram> {
    const { serviceAccountName = 'default', containers } = spec.template.spec;
    const [port = 0] = await freePorts(1);
    const variables = (containers[0].env ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const]));
    return this.controlPlane.processes.start({
      command: process.execPath,
      arguments: [this.bundle],
      environment: {
        ...Object.fromEntries(variables),
        // By the downward API.
        POD_NAMESPACE: NAMESPACE,
        POD_NAME: 'app-user-operator-0',
        // In a Pod of its own, it has every port, and the cluster's names.
        PORT: String(port),
        CVAT_URL: this.cvat.url,
        KUBECONFIG: await this.identity(serviceAccountName),
      },
      standardOutput: this.logFile,
      standardError: this.logFile,
    });
  }

  private async identity(account: string): Promise<string> {
    const { status } = await this.api.create<{ status: { token: string } }>(
      `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${account}/token`,
      { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    );
    const file = join(this.controlPlane.directory, 'app-user-operator.kubeconfig');
    writeFileSync(file, kubeconfig(this.controlPlane.server, this.controlPlane.authority, account, status.token), { mode: 0o600 });
    return file;
  }

  /** What the script in the Job's container does. */
  private async makeAdministrators({ env = [] }: Container): Promise<void> {
    const valueOf = (variable: string): string => env.find(({ name }) => name === variable)?.value ?? '';
    for (let number = 0; number < Number(valueOf('SUPERUSERS')); number++) {
      const username = valueOf(`SUPERUSER_${number}_USERNAME`);
      const reference = env.find(({ name }) => name === `SUPERUSER_${number}_PASSWORD`)?.valueFrom?.secretKeyRef;
      if (reference === undefined || this.cvat.people.byUsername(username)) continue;
      const secret = await this.api.get<Secret>(`/api/v1/namespaces/${NAMESPACE}/secrets/${reference.name}`);
      const password = Buffer.from(secret?.data?.[reference.key] ?? '', 'base64').toString();
      this.cvat.people.addAdministrator(username, password);
    }
  }
}

function isComplete({ status }: Workload): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Complete' && is === 'True') ?? false;
}
