import { until } from '../harness/until';
import type { Operator } from './replica';
import type { ApiProxy } from './api-proxy';
import type { OperatorTestCluster } from './operator-test-cluster';

const WRITES = ['create', 'update', 'patch', 'delete'];

/**
 * Kills the operator after one of its calls, whose response it never gets, and restarts it. Calls are requests to CVAT, and what is written
 * to Kubernetes; after reading there, everything is as it was before.
 */
export class OperatorKiller {
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
    const called = async (): Promise<void> => {
      if (++seen === calls) await this.kill(kill);
    };
    this.cluster.cvat.faults.hooks = { after: called };
    this.apiProxy.after = (verb, resource) => (WRITES.includes(verb) && resource !== 'leases' ? called() : undefined);
    return kill;
  }

  /** Whether it was still to be killed: after a while, it is killed wherever it stands. */
  async atTheLatestAfter(seconds: number, kill: Kill): Promise<boolean> {
    const inTime = await until('it is killed', () => kill.came, { seconds, pauseMilliseconds: 10 }).then(
      () => true,
      () => false,
    );
    if (!inTime) await this.kill(kill);
    await kill.over;
    return inTime;
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
