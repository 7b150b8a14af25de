import type { Notice } from '../reconcile/action';
import type { TimeSource } from '../queue/time-source';
import type { ApiClient } from './api-client';

/** What an Event is about. */
export interface Regarding {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly uid?: string;
}

export interface EventRecorderOptions {
  readonly client: ApiClient;
  readonly namespace: string;
  /** The replica that speaks. */
  readonly instance: string;
  readonly clock: TimeSource;
  readonly failed: (error: unknown) => void;
}

const CONTROLLER = 'kapernikov.com/app-user-operator';
/** The same Event within that time is counted, not made again. */
const SERIES_SECONDS = 600;
const MOST_REMEMBERED = 1000;
const LONGEST_NOTE = 1024;
const MOST_WAITING = 100;

interface Series {
  readonly name: string;
  readonly at: number;
  count: number;
}

/** Tells people by Kubernetes Events. They are news, not state: one that cannot be written is forgotten. */
export class EventRecorder {
  private readonly recent = new Map<string, Series>();
  private chain: Promise<void> = Promise.resolve();
  private waiting = 0;
  private serial = 0;

  constructor(private readonly options: EventRecorderOptions) {}

  /** Resolves when the Event is written, or cannot be. Never fails. */
  tell(regarding: Regarding, notice: Notice): Promise<void> {
    // Thousands of AppUsers that all have a problem must not keep the API server from more important things.
    if (this.waiting >= MOST_WAITING) return Promise.resolve();
    this.waiting++;
    this.chain = this.chain
      .then(() => this.write(regarding, notice))
      .catch((error: unknown) => this.options.failed(error))
      .finally(() => this.waiting--);
    return this.chain;
  }

  /** Resolves when all recorded Events are written. */
  flush(): Promise<void> {
    return this.chain;
  }

  private async write(regarding: Regarding, { type, reason, note }: Notice): Promise<void> {
    const { client, namespace, instance, clock } = this.options;
    const key = JSON.stringify([regarding, type, reason, note]);
    const before = this.recent.get(key);
    const now = clock.date().replace(/(\.\d+)?Z$/, '.000000Z');
    const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
    if (before !== undefined && clock.now() - before.at < SERIES_SECONDS * 1000) {
      before.count++;
      const body = { series: { count: before.count, lastObservedTime: now } };
      await client.request({ method: 'PATCH', path: `${path}/${before.name}`, body });
      return;
    }
    // The names of Events are limited as others are, two must not be the same, and no part of one ends with a hyphen or is empty.
    const name = `${regarding.name.slice(0, 200).replace(/[-.]+$/, '')}.${Date.now().toString(16)}${(this.serial++).toString(16)}`;
    const body = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name, namespace },
      eventTime: now,
      reportingController: CONTROLLER,
      reportingInstance: instance.slice(0, 128),
      action: 'Reconcile',
      reason,
      regarding,
      note: note.length > LONGEST_NOTE ? `${note.slice(0, LONGEST_NOTE - 1)}…` : note,
      type,
    };
    await client.request({ method: 'POST', path, body });
    this.remember(key, { name, at: clock.now(), count: 1 });
  }

  private remember(key: string, series: Series): void {
    this.recent.delete(key);
    this.recent.set(key, series);
    const [oldest] = this.recent.keys();
    if (this.recent.size > MOST_REMEMBERED && oldest !== undefined) this.recent.delete(oldest);
  }
}
