import type { Logger } from 'pino';
import type { Account, Accounts } from '../accounts/account';
import { type AppUser, type AppUserManifest, conditionOf, trimmed } from '../app-user/app-user';
import { AppUsers } from '../app-user/app-users';
import { generateSecrets } from '../credentials/generated-secrets';
import { AccountCache } from '../accounts/account-cache';
import { CircuitBreaker } from '../accounts/circuit-breaker';
import { type ApiClient, KubernetesApiError } from '../kubernetes/api-client';
import type { EventRecorder } from '../kubernetes/event-recorder';
import { NamespaceObjects } from '../kubernetes/namespace-objects';
import { Informer } from '../kubernetes/informer';
import { isNewer } from '../kubernetes/resource-version';
import { type TimeSource, pause } from '../queue/time-source';
import { WorkQueue, type WorkResult } from '../queue/work-queue';
import { Changed } from '../reconcile/object-store';
import { Executor } from '../reconcile/executor';
import { Observer } from '../reconcile/observer';
import { Reconciler } from '../reconcile/reconciler';
import { createContext } from '../reconcile/context';
import type { Configuration } from './configuration';
import { describeError } from './log';
import type { Metrics } from './metrics';
import { Resync } from './resync';

export interface ControllerOptions {
  readonly configuration: Configuration;
  readonly client: ApiClient;
  readonly accounts: Accounts;
  readonly recorder: EventRecorder;
  readonly clock: TimeSource;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/**
 * How many AppUsers without an account are worked on at once. The application registers one of them at a time; meanwhile another one is looked
 * up before its registration, and another one renamed after it.
 */
const CREATIONS = 3;
/** How often generated Secrets are looked for, and after which time again if that failed. */
const SECRETS_SECONDS = 60;
const SECRETS_RETRY_SECONDS = 5;
/** How long what runs may go on after the end: another replica waits. */
const DRAIN_MILLISECONDS = 1000;

/** What the leading replica does, from when it begins to lead until it ends. Nothing of it is kept for another term. */
export class Controller {
  readonly appUsers = new AppUsers();
  readonly queue: WorkQueue;
  private readonly circuitBreaker: CircuitBreaker;
  private readonly accountCache: AccountCache;
  private readonly reconciler: Reconciler;
  private readonly informer: Informer<AppUserManifest, AppUser>;
  private readonly ending = new AbortController();
  private readonly changedAt = new Map<string, number>();
  private readonly resync: Resync;
  private resyncing = false;

  constructor(private readonly options: ControllerOptions) {
    const { configuration, client, accounts, recorder, clock, log, metrics } = options;
    const { appUsers } = this;
    const { namespace, publicUrl, applicationService, goneAfterSeconds, concurrency } = configuration;
    this.circuitBreaker = new CircuitBreaker(accounts, clock, () => this.queue.retryNow());
    this.accountCache = new AccountCache(this.circuitBreaker, clock, (account) => this.freed(account));
    const objects = new NamespaceObjects({
      ...{ client, namespace, recorder, clock, goneAfterSeconds },
      ...(applicationService !== undefined && { service: applicationService }),
      onNotice: (appUser, { reason }) => log.info({ appUser, reason }, 'recorded an Event'),
      written: (name, appUser) => this.written(name, appUser),
    });
    const context = createContext({
      appUsers,
      accountCache: this.accountCache,
      clock,
      publicUrl,
      normalized: (fields) => accounts.normalized(fields),
    });
    const observer = new Observer(objects, this.circuitBreaker, this.accountCache, context);
    const executor = new Executor(objects, this.circuitBreaker, this.accountCache, observer, () => metrics.surplusAccounts.inc());
    this.reconciler = new Reconciler(observer, executor, context, this.ending.signal);
    this.queue = new WorkQueue({
      work: (name, mode) => this.work(name, mode),
      failed: (appUser, error) => {
        log.error({ appUser, ...describeError(error) }, 'failed to reconcile AppUser; will retry');
        return error instanceof KubernetesApiError ? error.retryAfterSeconds : undefined;
      },
      ...{ concurrency, clock, slowConcurrency: CREATIONS },
    });
    this.resync = new Resync({
      ...options,
      appUsers,
      accountCache: this.accountCache,
      circuitBreaker: this.circuitBreaker,
      enqueueAll: () => this.enqueueAll(),
    });
    this.informer = new Informer<AppUserManifest, AppUser>({
      ...{ client, clock, relistSeconds: configuration.resyncSeconds, silenceSeconds: configuration.watchSilenceSeconds },
      path: `/apis/kapernikov.com/v1/namespaces/${namespace}/appusers`,
      keep: trimmed,
      known: (name) => appUsers.get(name),
      names: () => appUsers.names(),
      changed: (appUser) => this.changed(appUser),
      removed: (name) => this.removed(name),
      listed: () => this.listed(),
      failed: (what, error) => {
        metrics.sourceFailures.inc({ what });
        log.warn(describeError(error), `failed to ${what} AppUsers; will retry`);
      },
    });
  }

  /** Whether all AppUsers have been seen once. */
  get ready(): boolean {
    return this.informer.complete;
  }

  get applicationReady(): boolean {
    return this.circuitBreaker.isOpen;
  }

  get accountCounts(): ReadonlyMap<string, number> {
    return this.resync.counts;
  }

  start(): void {
    const { signal } = this.ending;
    void this.informer.run(signal);
    void this.generateSecrets();
  }

  /** Ends as soon as what runs has come to the end of its step, or a second later. */
  async stop(): Promise<void> {
    this.ending.abort();
    const { clock, recorder } = this.options;
    const drained = this.queue.stop().then(() => recorder.flush());
    await Promise.race([drained, new Promise<void>((resolve) => clock.after(DRAIN_MILLISECONDS, resolve))]);
  }

  private changed(appUser: AppUser): void {
    const before = this.appUsers.get(appUser.name);
    this.appUsers.put(appUser);
    this.changedAt.set(appUser.name, this.options.clock.now());
    // All of them are worked on after the first list, when all accounts have been read once.
    if (!this.informer.complete) return;
    this.queue.add(appUser.name);
    if (before?.generation === appUser.generation) return;
    for (const rival of [...(before ? this.appUsers.rivalsOf(before) : []), ...this.appUsers.rivalsOf(appUser)]) this.queue.add(rival.name);
  }

  /** Stores what the operator has written before the watch reports it, unless the watch has already reported a newer version. */
  private written(name: string, appUser: AppUser | undefined): void {
    const known = this.appUsers.get(name);
    if (appUser === undefined) this.removed(name);
    else if (known?.uid === appUser.uid && isNewer(appUser.resourceVersion, known.resourceVersion)) this.appUsers.put(appUser);
  }

  private removed(name: string): void {
    const before = this.appUsers.get(name);
    if (before === undefined) return;
    this.appUsers.remove(name);
    this.changedAt.delete(name);
    for (const rival of this.appUsers.rivalsOf(before)) this.queue.add(rival.name);
  }

  /** A username or an address became free: AppUsers that wait for it are reconciled. */
  private freed({ username, emailAddress }: Account): void {
    const waiting = [...this.appUsers.withUsername(username), ...this.appUsers.withEmailAddress(emailAddress)];
    for (const appUser of waiting) if (conditionOf(appUser, 'Ready')?.status !== 'True') this.queue.add(appUser.name);
  }

  private listed(): void {
    if (this.resyncing) return;
    this.resyncing = true;
    void this.resync.run(this.ending.signal);
  }

  private enqueueAll(): void {
    for (const name of this.appUsers.names()) this.queue.add(name, { routine: true });
  }

  private async work(name: string, { slow }: { readonly slow: boolean }): Promise<WorkResult> {
    const appUser = this.appUsers.get(name);
    if (appUser === undefined) return { kind: 'done' };
    const { metrics, log } = this.options;
    const measured = metrics.reconciliations.startTimer();
    try {
      const outcome = await this.reconciler.reconcile(appUser, this.changedAt.get(name) ?? 0, { mayCreate: slow });
      measured({ result: outcome.kind });
      log.debug({ appUser: name, outcome: outcome.kind }, 'reconciled');
      if (outcome.kind === 'creation') return { kind: 'slow' };
      return outcome.kind === 'settled' ? { kind: 'done' } : { kind: 'retry', notBeforeSeconds: outcome.afterSeconds };
    } catch (error) {
      const changed = error instanceof Changed || this.ending.signal.aborted;
      measured({ result: changed ? 'changed' : 'failed' });
      if (changed) return { kind: 'retry' };
      throw error;
    }
  }

  private async generateSecrets(): Promise<void> {
    const { client, configuration, clock, log } = this.options;
    const { signal } = this.ending;
    while (!signal.aborted) {
      let seconds = SECRETS_SECONDS;
      try {
        const made = await generateSecrets(client, configuration.namespace, configuration.generatedSecrets);
        for (const secret of made) log.info({ secret }, 'created generated Secret');
      } catch (error) {
        log.warn(describeError(error), 'failed to create generated Secrets; will retry');
        seconds = SECRETS_RETRY_SECONDS;
      }
      await pause(clock, seconds * 1000, signal);
    }
  }
}
