import { join } from 'node:path';
import { findFlux, type FluxProgram } from '../../../scripts/control-plane';
import type { ControlPlane } from './control-plane';
import type { User } from './credentials';
import { DEFINITIONS, install } from './definitions';
import { freePorts } from './ports';
import { type RunningProgram, tailOf } from './processes';

/** Who Flux' controllers are here: in a cluster their ServiceAccounts are bound to cluster-admin. */
export const FLUX: User = { name: 'flux', groups: ['system:masters'] };

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-system' } };

/** Flux' controllers, the real ones, as processes on the loopback address. The control plane must know FLUX. */
export class Flux {
  private readonly programs = new Map<FluxProgram, RunningProgram>();

  constructor(private readonly controlPlane: ControlPlane) {}

  /** Installs the CRDs and starts the controllers. */
  async start(...names: readonly FluxProgram[]): Promise<void> {
    const { kubectl } = this.controlPlane;
    await kubectl.apply([NAMESPACE]);
    await install(
      kubectl,
      DEFINITIONS.filter(({ name }) => name.endsWith('.fluxcd.io')),
    );
    for (const name of names) await this.run(name);
  }

  async stop(): Promise<void> {
    for (const program of this.programs.values()) await program.stop();
  }

  /** The ends of the logs. */
  log(lines?: number): string {
    return [...this.programs.keys()].map((name) => `${name}:\n${tailOf(this.logFile(name), lines)}`).join('\n');
  }

  private async run(name: FluxProgram): Promise<void> {
    const { controlPlane } = this;
    const [health = 0, metrics = 0, storage = 0] = await freePorts(3);
    const program = await controlPlane.processes.start({
      command: join(findFlux(), name),
      arguments: [
        '--watch-all-namespaces=true',
        '--enable-leader-election=false',
        `--health-addr=127.0.0.1:${health}`,
        `--metrics-addr=127.0.0.1:${metrics}`,
        '--log-encoding=json',
        ...(name === 'source-controller'
          ? [
              `--storage-path=${join(controlPlane.directory, 'flux-sources')}`,
              `--storage-addr=127.0.0.1:${storage}`,
              `--storage-adv-addr=127.0.0.1:${storage}`,
            ]
          : ['--requeue-dependency=1s']),
      ],
      environment: {
        HOME: controlPlane.directory,
        TMPDIR: controlPlane.directory,
        KUBECONFIG: controlPlane.kubeconfigOf(FLUX.name),
        RUNTIME_NAMESPACE: 'flux-system',
      },
      standardOutput: this.logFile(name),
      standardError: this.logFile(name),
    });
    this.programs.set(name, program);
  }

  private logFile(name: FluxProgram): string {
    return join(this.controlPlane.directory, `flux-${name}.log`);
  }
}
