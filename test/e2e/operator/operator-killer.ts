import { until } from '../harness/until';
import type { Operator } from './replica';
import type { ApiProxy } from './api-proxy';
import type { OperatorTestCluster } from './operator-test-cluster';

const WRITES = ['create', 'update', 'patch', 'delete'];
/** So long after its last call an operator that leads has nothing left to do. */
const REST_MILLISECONDS = 1500;

/**
 * Kills the operator after one of its calls, whose response it never gets, and restarts it. Calls are requests to CVAT, and what is written
 * to Kubernetes; after reading there, everything is as it was before.
 */
export class OperatorKiller {
  private calledAt = 0;

  private constructor(
    private readonly cluster: OperatorTestCluster,
    private readonly apiProxy: ApiProxy,
    private readonly environment: Readonly<Record<string, string>>,
    public operator: Operator,
  ) {}

  static async start(cluster: OperatorTestCluster): Promise<OperatorKiller> {
    const apiProxy = await cluster.startApiProxy();
    // After a restart it reconciles everything; meanwhile only a test's actions may cause calls.
    const environment = { KUBECONFIG: cluster.kubeconfigBy(apiProxy.url), RESYNC_SECONDS: '600' };
    return new OperatorKiller(cluster, apiProxy, environment, await cluster.operator('operator-0', environment));
  }

  /** The n-th call from now on is the last one. */
  after(calls: number): Kill {
    const kill = new Kill();
    let seen = 0;
    this.calledAt = Date.now();
    const called = async (): Promise<void> => {
      this.calledAt = Date.now();
      if (++seen === calls) await this.kill(kill);
    };
    this.cluster.cvat.faults.hooks = { after: called };
    this.apiProxy.after = (verb, resource) => (WRITES.includes(verb) && resource !== 'leases' ? called() : undefined);
    return kill;
  }

  /** Whether it was killed by that; an operator that has nothing left to do is killed as well. */
  async atTheLatestAtRest(kill: Kill): Promise<boolean> {
    const { operator } = this;
    let leadsSince: number | undefined;
    await until('the operator is killed, or has nothing left to do', async () => {
      if (kill.came) return true;
      if ((await operator.metric('app_user_operator_leading')) !== 1) leadsSince = undefined;
      else leadsSince ??= Date.now();
      return leadsSince !== undefined && Date.now() - Math.max(leadsSince, this.calledAt) > REST_MILLISECONDS;
    });
    const { came } = kill;
    await this.kill(kill);
    await kill.over;
    return came;
  }

  spare(): void {
    this.cluster.cvat.faults.hooks = {};
    this.apiProxy.after = () => undefined;
  }

  private async kill(kill: Kill): Promise<void> {
    if (kill.came) return;
    this.spare();
    const ended = this.operator.program.stop('SIGKILL');
    kill.comes(ended.then(async () => void (this.operator = await this.cluster.operator('operator-0', this.environment))));
    // The server waits for this before it responds: nothing happens between the call and the end.
    await ended;
  }
}

export class Kill {
  private succession: Promise<void> | undefined;

  get came(): boolean {
    return this.succession !== undefined;
  }

  /** Resolves when the operator was restarted. */
  get over(): Promise<void> {
    return this.succession ?? Promise.resolve();
  }

  comes(succession: Promise<void>): void {
    this.succession = succession;
  }
}
