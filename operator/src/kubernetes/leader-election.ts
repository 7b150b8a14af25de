import { hostname } from 'node:os';
import { type TimeSource, pause } from '../queue/time-source';
import { type ApiClient, isStatus } from './api-client';

interface LeaseManifest {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion?: string };
  readonly spec: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

export interface LeaderElectionOptions {
  readonly client: ApiClient;
  readonly namespace: string;
  /** The name of the Lease. */
  readonly name: string;
  readonly identity?: string;
  readonly clock: TimeSource;
  /** How long other replicas wait for a leader that does not renew its Lease. */
  readonly leaseSeconds?: number;
  /** A leader that cannot say so for that long stops leading: well before others may. */
  readonly renewSeconds?: number;
  readonly retrySeconds?: number;
  readonly failed: (error: unknown) => void;
}

/** A try that hangs on a dead connection must leave time for another. */
const ATTEMPT_MILLISECONDS = 4000;
const RELEASE_MILLISECONDS = 1000;
const DEAD_MILLISECONDS = 60_000;

/** Of several replicas, one leads: it holds a Lease and renews it. The rules and times are those of Kubernetes' own components. */
export class LeaderElection {
  private readonly identity: string;
  private readonly leaseSeconds: number;
  private readonly renewSeconds: number;
  private readonly retrySeconds: number;
  /** What the Lease said when it last changed, and when that was by our clock: those of the replicas may differ. */
  private observed: { readonly version: string | undefined; readonly at: number } | undefined;
  private lease: LeaseManifest | undefined;
  private answeredAt: number | undefined;
  private triedAt: number;

  constructor(private readonly options: LeaderElectionOptions) {
    this.triedAt = options.clock.now();
    this.identity = options.identity ?? hostname();
    this.leaseSeconds = options.leaseSeconds ?? 15;
    this.renewSeconds = options.renewSeconds ?? 10;
    this.retrySeconds = options.retrySeconds ?? 2;
  }

  /** Whether the API server has answered yet. */
  get contacted(): boolean {
    return this.answeredAt !== undefined;
  }

  /** Whether this still tries: an unexpected error would end it. */
  get alive(): boolean {
    return this.options.clock.now() - this.triedAt < DEAD_MILLISECONDS;
  }

  /** Resolves when this replica leads; false when the signal came first. */
  async acquire(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      if (await this.tryToHold(ATTEMPT_MILLISECONDS)) return true;
      await pause(this.options.clock, this.retrySeconds * 1000, signal);
    }
    return false;
  }

  /** Resolves when this replica leads no longer, or with the signal. */
  async hold(signal: AbortSignal): Promise<void> {
    const { clock } = this.options;
    let deadline = clock.now() + this.renewSeconds * 1000;
    while (!signal.aborted) {
      await pause(clock, Math.min(this.retrySeconds * 1000, deadline - clock.now()), signal);
      if (signal.aborted) return;
      const startedAt = clock.now();
      if (await this.tryToHold(Math.min(deadline - startedAt, ATTEMPT_MILLISECONDS))) deadline = startedAt + this.renewSeconds * 1000;
      else if (this.isOthers() || clock.now() >= deadline) return;
    }
  }

  /** Lets another replica lead at once. */
  async release(): Promise<void> {
    if (this.lease?.spec.holderIdentity !== this.identity) return;
    try {
      const spec = { ...this.lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: this.microTime() };
      await this.write(spec, AbortSignal.timeout(RELEASE_MILLISECONDS));
    } catch (error) {
      this.options.failed(error);
    }
  }

  /** Within that time: a request that hangs must not outlast the time in which the leader may lead. */
  private async tryToHold(milliseconds: number): Promise<boolean> {
    this.triedAt = this.options.clock.now();
    const signal = AbortSignal.timeout(Math.max(1, Math.floor(milliseconds)));
    try {
      await this.read(signal);
      if (this.isOthers()) return false;
      const spec = this.lease?.spec ?? {};
      const mine = spec.holderIdentity === this.identity;
      const times = { acquireTime: mine ? spec.acquireTime : this.microTime(), renewTime: this.microTime() };
      const leaseTransitions = (spec.leaseTransitions ?? 0) + (mine || this.lease === undefined ? 0 : 1);
      await this.write({ holderIdentity: this.identity, leaseDurationSeconds: this.leaseSeconds, ...times, leaseTransitions }, signal);
      return true;
    } catch (error) {
      // Another replica was faster.
      if (!isStatus(error, 409)) this.options.failed(error);
      return false;
    }
  }

  /** Whether another holds the Lease, and has renewed it not too long ago. */
  private isOthers(): boolean {
    const { holderIdentity = '', leaseDurationSeconds = this.leaseSeconds } = this.lease?.spec ?? {};
    if (holderIdentity === '' || holderIdentity === this.identity) return false;
    return this.options.clock.now() < (this.observed?.at ?? 0) + leaseDurationSeconds * 1000;
  }

  private async read(signal: AbortSignal): Promise<void> {
    try {
      this.observe(await this.options.client.request({ path: `${this.path}/${this.options.name}`, signal }));
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
      this.lease = undefined;
    }
  }

  private async write(spec: LeaseManifest['spec'], signal: AbortSignal): Promise<void> {
    const { client, name, namespace } = this.options;
    const metadata = this.lease?.metadata ?? { name, namespace };
    const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
    const exists = this.lease !== undefined;
    const path = exists ? `${this.path}/${name}` : this.path;
    this.observe(await client.request({ method: exists ? 'PUT' : 'POST', path, body, signal }));
  }

  private observe(lease: LeaseManifest): void {
    this.lease = lease;
    this.answeredAt = this.options.clock.now();
    const version = lease.metadata.resourceVersion;
    if (this.observed?.version !== version) this.observed = { version, at: this.options.clock.now() };
  }

  private get path(): string {
    return `/apis/coordination.k8s.io/v1/namespaces/${this.options.namespace}/leases`;
  }

  private microTime(): string {
    return this.options.clock.date().replace(/(\.\d+)?Z$/, '.000000Z');
  }
}
