import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Values that are read when the metrics are scraped. */
export interface Readings {
  readonly leading: () => boolean;
  readonly queueDepth: () => number;
  readonly queueWaiting: () => number;
  readonly applicationReady: () => boolean;
  /** How many AppUsers there are with each reason of their condition Ready. */
  readonly appUsers: () => ReadonlyMap<string, number>;
  /** How many accounts there are in each state, when all of them were last read. */
  readonly accounts: () => ReadonlyMap<string, number>;
}

/** What Prometheus gets to see. No label has a person in it. */
export class Metrics {
  readonly registry = new Registry();
  readonly reconciliations = new Histogram({
    name: 'app_user_operator_reconcile_duration_seconds',
    help: 'How long one look at one AppUser took, by how it ended: settled, waiting, creation, changed or failed.',
    labelNames: ['result'] as const,
    buckets: [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 15, 60],
    registers: [this.registry],
  });
  readonly requests = new Histogram({
    name: 'app_user_operator_account_api_duration_seconds',
    help: "How long requests to the application took, by operation and by the answer's class.",
    labelNames: ['operation', 'outcome'] as const,
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30],
    registers: [this.registry],
  });
  readonly apiRequests = new Counter({
    name: 'app_user_operator_kubernetes_requests_total',
    help: 'How many requests the API server has answered, by what was asked and by status.',
    labelNames: ['verb', 'resource', 'status'] as const,
    registers: [this.registry],
  });
  readonly resyncs = new Counter({
    name: 'app_user_operator_resyncs_total',
    help: 'How often all accounts were compared with all AppUsers, by result.',
    labelNames: ['result'] as const,
    registers: [this.registry],
  });
  readonly surplusAccounts = new Counter({
    name: 'app_user_operator_surplus_accounts_closed_total',
    help: 'Second accounts that a late registration left, and that were deactivated or removed.',
    registers: [this.registry],
  });
  readonly sourceFailures = new Counter({
    name: 'app_user_operator_source_failures_total',
    help: 'How often a list or a watch of the AppUsers failed, and was begun again.',
    labelNames: ['what'] as const,
    registers: [this.registry],
  });

  constructor(readings: Readings) {
    const { registry } = this;
    collectDefaultMetrics({ register: registry });
    this.gauge('leading', 'Whether this replica leads (1), or is ready to.', () => Number(readings.leading()));
    this.gauge('queue_depth', 'How many AppUsers wait for their turn.', readings.queueDepth);
    this.gauge('queue_waiting', 'How many AppUsers wait for their next try.', readings.queueWaiting);
    this.gauge('application_ready', 'Whether the application could be asked when that was last tried.', () =>
      Number(readings.applicationReady()),
    );
    this.gaugeBy('app_users', 'AppUsers, by the reason of their condition Ready.', 'reason', readings.appUsers);
    this.gaugeBy('accounts', 'Accounts: declared, undeclared, inactive or privileged.', 'state', readings.accounts);
  }

  private gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name: `app_user_operator_${name}`,
      help,
      registers: [this.registry],
      collect(): void {
        this.set(read());
      },
    });
  }

  private gaugeBy(name: string, help: string, label: string, read: () => ReadonlyMap<string, number>): void {
    new Gauge({
      name: `app_user_operator_${name}`,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect(): void {
        this.reset();
        for (const [value, count] of read()) this.set({ [label]: value }, count);
      },
    });
  }
}
