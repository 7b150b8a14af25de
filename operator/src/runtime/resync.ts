import type { Logger } from 'pino';
import { Unavailable } from '../accounts/account';
import type { AppUsers } from '../app-user/app-users';
import { type AccountCounts, describeUndeclared, countAccounts } from '../accounts/account-counts';
import type { AccountCache } from '../accounts/account-cache';
import type { CircuitBreaker } from '../accounts/circuit-breaker';
import type { EventRecorder, Regarding } from '../kubernetes/event-recorder';
import { closeOrphans } from '../reconcile/surplus';
import { type TimeSource, pause } from '../queue/time-source';
import type { Configuration } from './configuration';
import { describeError } from './log';
import type { Metrics } from './metrics';

export interface ResyncOptions {
  readonly configuration: Configuration;
  readonly appUsers: AppUsers;
  readonly accountCache: AccountCache;
  readonly circuitBreaker: CircuitBreaker;
  readonly recorder: EventRecorder;
  readonly clock: TimeSource;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Has every AppUser looked at. */
  readonly enqueueAll: () => void;
}

const FIRST_RETRY_SECONDS = 5;
const LONGEST_RETRY_SECONDS = 60;
/** The interval in which the same accounts are reported. */
const UNDECLARED_SECONDS = 3600;

/** At every resync, all accounts are read and all AppUsers compared with them: so drift is corrected. */
export class Resync {
  private counted: AccountCounts | undefined;
  private reported: { readonly note: string; readonly at: number } | undefined;

  constructor(private readonly options: ResyncOptions) {}

  /** How many accounts there were in each state, the last time. */
  get counts(): ReadonlyMap<string, number> {
    return this.counted?.counts ?? new Map();
  }

  /** Works until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const { configuration, clock, log, metrics, enqueueAll } = this.options;
    let retrySeconds = FIRST_RETRY_SECONDS;
    for (let first = true; !signal.aborted; first = false) {
      let seconds = configuration.resyncSeconds * (0.9 + 0.2 * Math.random());
      try {
        await this.once();
        metrics.resyncs.inc({ result: 'success' });
        retrySeconds = FIRST_RETRY_SECONDS;
      } catch (error) {
        metrics.resyncs.inc({ result: error instanceof Unavailable ? 'unavailable' : 'failure' });
        log.warn(describeError(error), 'failed to read accounts; will retry');
        // Those that are new or changed say that they wait.
        if (first) enqueueAll();
        seconds = Math.min(retrySeconds, seconds);
        retrySeconds = Math.min(2 * retrySeconds, LONGEST_RETRY_SECONDS);
      }
      await pause(clock, seconds * 1000, signal);
    }
  }

  private async once(): Promise<void> {
    const { circuitBreaker, accountCache, appUsers, enqueueAll } = this.options;
    await circuitBreaker.check();
    await accountCache.refresh();
    enqueueAll();
    await this.closeOrphans();
    this.counted = countAccounts(accountCache.all(), appUsers);
    this.tellOfUndeclared(this.counted);
  }

  private async closeOrphans(): Promise<void> {
    const { circuitBreaker, accountCache, appUsers, recorder, log, metrics } = this.options;
    await closeOrphans(circuitBreaker, accountCache, appUsers, {
      closing: ({ id }) => {
        const note = `Account ${id} was created by a registration that finished after its AppUser was deleted: the operator deactivates it.`;
        return recorder.tell(this.regarding, { type: 'Warning', reason: 'SurplusAccount', note });
      },
      closed: ({ id }) => {
        metrics.surplusAccounts.inc();
        log.warn({ account: id }, 'deactivated an account whose registration finished after its AppUser was deleted');
      },
    });
  }

  private get regarding(): Regarding {
    const { namespace, deploymentName } = this.options.configuration;
    return deploymentName
      ? { apiVersion: 'apps/v1', kind: 'Deployment', name: deploymentName, namespace }
      : { apiVersion: 'v1', kind: 'Namespace', name: namespace, namespace };
  }

  private tellOfUndeclared(counted: AccountCounts): void {
    const { recorder, clock, log } = this.options;
    const count = counted.counts.get('undeclared') ?? 0;
    if (count === 0) return;
    const note = describeUndeclared(counted);
    if (this.reported?.note === note && clock.now() - this.reported.at < UNDECLARED_SECONDS * 1000) return;
    this.reported = { note, at: clock.now() };
    log.warn({ count }, 'found active accounts that no AppUser declares');
    void recorder.tell(this.regarding, { type: 'Warning', reason: 'UndeclaredAccounts', note });
  }
}
