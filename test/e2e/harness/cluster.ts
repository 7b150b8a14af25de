import type { FixtureChart } from './charts';
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from './control-plane';
import { HELM_CONTROLLER, HelmController } from './helm-controller';
import { HelmJobs } from './helm-jobs';
import { ADDRESS, Ingresses } from './ingresses';
import type { Kubectl } from './kubectl';
import { Pods } from './pods';
import { PostgresOperator } from './postgres-operator';
import { storageClass, Volumes } from './volumes';

export interface ClusterOptions extends ControlPlaneOptions {
  /** The charts that can be installed, by how HelmCharts name them. @default those of dist */
  readonly charts?: Readonly<Record<string, FixtureChart>>;
  /** Whether there is Traefik: its IngressClass, its Service, and an address for each Ingress. @default false */
  readonly traefik?: boolean;
}

/** A cluster like stock k3s without a node: `stop` it. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const controlPlane = await startControlPlane({ ...options, users: [HELM_CONTROLLER, ...(options.users ?? [])] });
  const cluster = new Cluster(controlPlane, options.charts);
  try {
    await cluster.furnish(options);
    return cluster;
  } catch (error) {
    await cluster.stop().catch(() => undefined);
    throw error;
  }
}

/**
 * A control plane on which HelmCharts become releases, Pods become ready, claims get volumes and PostgresClusters are looked after. The control
 * plane, the Helm controller and Helm are real; what would need nodes and images is played, and each player's file says how.
 */
export class Cluster {
  readonly helmController: HelmController;
  readonly helmJobs: HelmJobs;
  readonly pods: Pods;
  readonly volumes: Volumes;
  readonly postgresOperator: PostgresOperator;
  private ingresses: Ingresses | undefined;

  constructor(
    readonly controlPlane: ControlPlane,
    charts?: Readonly<Record<string, FixtureChart>>,
  ) {
    this.helmController = new HelmController(controlPlane);
    this.helmJobs = new HelmJobs(controlPlane, charts);
    this.pods = new Pods(controlPlane.kubeconfigOf());
    this.volumes = new Volumes(controlPlane.kubeconfigOf());
    this.postgresOperator = new PostgresOperator(controlPlane);
  }

  /** kubectl as an administrator. */
  get kubectl(): Kubectl {
    return this.controlPlane.kubectl;
  }

  /** The administrator's file. */
  get kubeconfig(): string {
    return this.controlPlane.kubeconfigOf();
  }

  /** The URL of the API server. */
  get server(): string {
    return this.controlPlane.server;
  }

  /** As a crash does. The Helm controller and the players bear it. */
  restartApiServer(): Promise<void> {
    return this.controlPlane.restartApiServer();
  }

  /** Throws what went wrong with one of the players: a test must not succeed over it. */
  async stop(): Promise<void> {
    try {
      const players = [this.postgresOperator, this.helmJobs, this.pods, this.volumes, this.ingresses, this.helmController];
      const ends = await Promise.allSettled(players.map((player) => player?.stop()));
      const failed = ends.find((end) => end.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    } finally {
      await this.controlPlane.stop();
    }
  }

  /** The objects of a cluster before the first deploy. */
  async furnish({ traefik = false }: ClusterOptions): Promise<void> {
    const furniture = [storageClass, ...(traefik ? [ingressClass, ingressService] : [])];
    const applied = this.kubectl.apply(furniture, '--server-side');
    await Promise.all([applied, this.helmController.start()]);
    const { code, stderr } = await applied;
    if (code !== 0) throw new Error(stderr);
    if (!traefik) return;
    await this.kubectl.output(['patch', ...SERVICE_STATUS]);
    this.ingresses = new Ingresses(this.kubeconfig);
  }
}

const ingressClass = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name: 'traefik', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
  spec: { controller: 'traefik.io/ingress-controller' },
};

const ingressService = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'traefik', namespace: 'kube-system' },
  spec: {
    type: 'LoadBalancer',
    selector: { 'app.kubernetes.io/name': 'traefik' },
    ports: [
      { name: 'web', port: 80 },
      { name: 'websecure', port: 443 },
    ],
  },
};

/** What k3s' ServiceLB would write. */
const SERVICE_STATUS = [
  'service/traefik',
  '--namespace=kube-system',
  '--subresource=status',
  '--type=merge',
  `--patch=${JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: ADDRESS }] } } })}`,
];
