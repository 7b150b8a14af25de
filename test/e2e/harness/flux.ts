import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findFlux, type FluxProgram } from '../../../scripts/control-plane';
import type { ControlPlane } from './control-plane';
import type { User } from './credentials';
import { CRDS, install } from './crds';
import { freePorts } from './ports';
import { type RunningProgram, tailOf } from './processes';
import { until } from './until';

/** Who Flux' controllers are here: in a cluster their ServiceAccounts are bound to cluster-admin. */
export const FLUX: User = { name: 'flux', groups: ['system:masters'] };

type Controller = Exclude<FluxProgram, 'registry'>;

const CONTROLLERS: readonly Controller[] = ['source-controller', 'helm-controller', 'kustomize-controller'];

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-system' } };

/** The controllers watch this kind as well, and end when it is not served. No object here is one. */
const BUCKETS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'buckets.source.toolkit.fluxcd.io' },
  spec: {
    group: 'source.toolkit.fluxcd.io',
    names: { kind: 'Bucket', listKind: 'BucketList', plural: 'buckets', singular: 'bucket' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

/** Flux' own controllers as processes on the loopback address, with few workers. The control plane must know FLUX. */
export class Flux {
  private readonly programs = new Map<Controller, RunningProgram>();

  constructor(private readonly controlPlane: ControlPlane) {}

  /** What `flux install` creates, as far as it is needed here; then starts the controllers. */
  async start(controllers: readonly Controller[] = CONTROLLERS): Promise<void> {
    const { kubectl } = this.controlPlane;
    const { code, stderr } = await kubectl.apply([NAMESPACE, BUCKETS]);
    if (code !== 0) throw new Error(stderr);
    await install(
      kubectl,
      CRDS.filter(({ name }) => name.endsWith('.fluxcd.io')),
    );
    for (const controller of controllers) await this.resume(controller);
  }

  async resume(controller: Controller): Promise<void> {
    const { controlPlane } = this;
    const [health = 0, metrics = 0, storage = 0] = await freePorts(3);
    const log = this.logOf(controller);
    const files = join(controlPlane.directory, 'flux-sources');
    mkdirSync(files, { recursive: true });
    const program = await controlPlane.processes.start({
      command: join(findFlux(), controller),
      arguments: [
        '--watch-all-namespaces=true',
        '--enable-leader-election=false',
        `--health-addr=127.0.0.1:${health}`,
        `--metrics-addr=127.0.0.1:${metrics}`,
        '--log-encoding=json',
        '--concurrent=2',
        // 30 s would make each stage take so long.
        '--requeue-dependency=1s',
        ...(controller === 'source-controller'
          ? [`--storage-path=${files}`, `--storage-addr=127.0.0.1:${storage}`, `--storage-adv-addr=127.0.0.1:${storage}`]
          : []),
      ],
      environment: {
        PATH: process.env['PATH'],
        HOME: controlPlane.directory,
        TMPDIR: controlPlane.directory,
        KUBECONFIG: controlPlane.kubeconfigOf(FLUX.name),
        RUNTIME_NAMESPACE: 'flux-system',
      },
      standardOutput: log,
      standardError: log,
    });
    this.programs.set(controller, program);
    await until(`${controller} is ready`, async () => {
      if (program.exit !== undefined) throw new Error(`${controller} ended. The end of its log:\n${tailOf(log)}`);
      return fetch(`http://127.0.0.1:${health}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    });
  }

  async stop(...controllers: readonly Controller[]): Promise<void> {
    for (const [name, program] of this.programs) {
      if (controllers.length > 0 && !controllers.includes(name)) continue;
      this.programs.delete(name);
      await program.stop();
    }
  }

  /** The ends of the logs, for an error message. */
  log(lines?: number): string {
    return [...this.programs.keys()].map((name) => `${name}:\n${tailOf(this.logOf(name), lines)}`).join('\n');
  }

  private logOf(name: Controller): string {
    return join(this.controlPlane.directory, `flux-${name}.log`);
  }
}
