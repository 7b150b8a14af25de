import type { Clock, Session } from '../../../cluster/session';
import type { Awaited, ReportedEvent, Reporter } from '../../../cluster/cli/terminal/reporter';
import { MemoryCluster } from './memory-cluster';

/** A clock whose time passes by `pause` only. */
export class VirtualClock implements Clock {
  private time = Date.parse('2026-01-01T00:00:00Z');
  private readonly due: { readonly at: number; readonly happen: () => void }[] = [];

  now(): number {
    return this.time;
  }

  async pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
    this.time += milliseconds;
    for (const event of this.due.filter(({ at }) => at <= this.time)) {
      this.due.splice(this.due.indexOf(event), 1);
      event.happen();
    }
    signal?.throwIfAborted();
  }

  /** Changes the cluster after this time. */
  after(milliseconds: number, happen: () => void): void {
    this.due.push({ at: this.time + milliseconds, happen });
  }
}

/** A reporter that records its events. */
export class RecordingReporter implements Reporter {
  readonly events: ReportedEvent[] = [];
  /** Every object that was ever waited for, with its reason: `Job cvat/one: is running`. */
  readonly awaited: string[] = [];
  /** The objects that are waited for now. */
  now: readonly Awaited[] = [];

  line(event: ReportedEvent): void {
    this.events.push(event);
  }

  waiting(objects: readonly Awaited[]): void {
    this.now = objects;
    for (const { object, reason } of objects) {
      const line = `${object}: ${reason}`;
      if (!this.awaited.includes(line)) this.awaited.push(line);
    }
  }

  end(): void {
    this.now = [];
  }

  /** The lines: `applied Namespace cvat created`. */
  get lines(): string[] {
    return this.events.map(({ type, stage, object = type === 'stage' ? stage : undefined, result, state, reason, message }) =>
      [type, object, result, state, reason, message].filter((word) => word !== undefined).join(' '),
    );
  }
}

export interface TestSession extends Session {
  readonly cluster: MemoryCluster;
  readonly clock: VirtualClock;
  readonly reporter: RecordingReporter;
}

export function sessionOn(cluster = new MemoryCluster()): TestSession {
  return { cluster, clock: new VirtualClock(), reporter: new RecordingReporter() };
}
