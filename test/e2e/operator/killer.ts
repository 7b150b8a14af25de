import { until } from '../harness/until';
import type { Operator } from './replica';
import type { Turnstile } from './turnstile';
import type { World } from './world';

const WRITES = ['create', 'update', 'patch', 'delete'];

/**
 * Kills the operator after one of its calls, whose answer it never hears, and starts it anew. Calls are requests to CVAT, and what is written
 * to Kubernetes; after reading there, everything is as it was before.
 */
export class Killer {
  private constructor(
    private readonly world: World,
    private readonly turnstile: Turnstile,
    private readonly environment: Readonly<Record<string, string>>,
    public operator: Operator,
  ) {}

  static async start(world: World): Promise<Killer> {
    const turnstile = await world.makeTurnstile();
    // Started anew, it looks at everything; in between, nothing but what a test does must make it call.
    const environment = { KUBECONFIG: world.kubeconfigBy(turnstile.url), RESYNC_SECONDS: '600' };
    return new Killer(world, turnstile, environment, await world.operator('operator-0', environment));
  }

  /** The n-th call from now on is the last one. */
  after(calls: number): Death {
    const death = new Death();
    let seen = 0;
    const called = async (): Promise<void> => {
      if (++seen === calls) await this.kill(death);
    };
    this.world.cvat.faults.hooks = { after: called };
    this.turnstile.after = (verb, resource) => (WRITES.includes(verb) && resource !== 'leases' ? called() : undefined);
    return death;
  }

  /** Whether it was still to be killed: after a while, it is killed wherever it stands. */
  async atTheLatestAfter(seconds: number, death: Death): Promise<boolean> {
    const inTime = await until('it is killed', () => death.came, { seconds, pauseMilliseconds: 10 }).then(
      () => true,
      () => false,
    );
    if (!inTime) await this.kill(death);
    await death.over;
    return inTime;
  }

  spare(): void {
    this.world.cvat.faults.hooks = {};
    this.turnstile.after = () => undefined;
  }

  private async kill(death: Death): Promise<void> {
    if (death.came) return;
    this.spare();
    const ended = this.operator.program.stop('SIGKILL');
    death.comes(ended.then(async () => void (this.operator = await this.world.operator('operator-0', this.environment))));
    // Whoever is about to answer waits for this: nothing comes between the call and the end.
    await ended;
  }
}

export class Death {
  private succession: Promise<void> | undefined;

  get came(): boolean {
    return this.succession !== undefined;
  }

  /** Resolves when the operator has been started anew. */
  get over(): Promise<void> {
    return this.succession ?? Promise.resolve();
  }

  comes(succession: Promise<void>): void {
    this.succession = succession;
  }
}
