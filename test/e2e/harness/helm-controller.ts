import { join } from 'node:path';
import { Api, type Condition, type Live } from './api';
import type { ControlPlane } from './control-plane';
import type { User } from './credentials';
import { type RunningProgram, tailOf } from './processes';
import { until } from './until';

/** Who k3s' Helm controller is here. In k3s it runs within the server, which may do everything. */
export const HELM_CONTROLLER: User = { name: 'helm-controller', groups: ['system:masters'] };

const CRD = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/helmcharts.helm.cattle.io';

interface CustomResourceDefinition extends Live {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/**
 * The real Helm controller of k3s, as a process of its own. It installs its CRDs, and creates the Jobs;
 * helm-jobs.ts does their work. The control plane must know HELM_CONTROLLER.
 */
export class HelmController {
  private program: RunningProgram | undefined;
  private readonly api: Api;

  constructor(private readonly controlPlane: ControlPlane) {
    this.api = new Api(controlPlane.kubeconfigOf(HELM_CONTROLLER.name));
  }

  /** Returns when HelmCharts are served. */
  async start(): Promise<void> {
    const program = await this.controlPlane.processes.start({
      command: this.controlPlane.program('helm-controller'),
      arguments: [],
      environment: { HOME: this.controlPlane.directory, KUBECONFIG: this.controlPlane.kubeconfigOf(HELM_CONTROLLER.name) },
      standardOutput: this.logFile,
      standardError: this.logFile,
    });
    this.program = program;
    const served = async (): Promise<boolean | undefined> => {
      if (program.exit !== undefined) throw new Error(`the Helm controller ended. The end of its log:\n${this.log()}`);
      const crd = await this.api.get<CustomResourceDefinition>(CRD);
      return crd?.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True');
    };
    await until('HelmCharts are served', served);
  }

  /** With SIGTERM it gives its lease back, so that its successor begins at once. */
  async stop(signal?: NodeJS.Signals): Promise<void> {
    this.api.close();
    await this.program?.stop(signal);
    this.program = undefined;
  }

  /** The end of its log. */
  log(lines?: number): string {
    return tailOf(this.logFile, lines);
  }

  private get logFile(): string {
    return join(this.controlPlane.directory, 'helm-controller.log');
  }
}
