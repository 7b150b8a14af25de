import { type Manifest, type Kind, formatKey } from '../../manifests/manifest';
import { releaseOf } from '../../manifests/helm-release';
import type { LiveObject } from '../objects/live-object';
import type { Session } from '../session';

const EVENT: Kind = { apiVersion: 'v1', kind: 'Event' };

/** Events from shortly before may explain why we wait; and clocks differ. */
const EARLIER_MILLISECONDS = 60_000;

interface EventObject {
  readonly involvedObject?: { readonly kind?: string; readonly namespace?: string; readonly name?: string };
  readonly reason?: string;
  readonly message?: string;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly series?: { readonly lastObservedTime?: string };
}

/** Reports each Warning Event about objects that are waited for once. */
export class Warnings {
  private readonly since: number;

  constructor(
    private readonly session: Session,
    private readonly stage: string,
    /** Those that were reported before. Objects of two stages can have the same pods. */
    private readonly reported = new Set<string>(),
  ) {
    this.since = session.clock.now() - EARLIER_MILLISECONDS;
  }

  /** @param waiting the objects that are not ready: what went wrong with others is over */
  async report(waiting: readonly Manifest[]): Promise<void> {
    const { cluster, reporter } = this.session;
    const namespaces = [...new Set(waiting.flatMap(namespacesOf))];
    const names = waiting.flatMap(namesOf);
    const lists = await Promise.all(
      namespaces.map((namespace) => cluster.list(EVENT, { namespace, fields: 'type=Warning' }).catch((): LiveObject[] => [])),
    );
    for (const event of lists.flat() as (LiveObject & EventObject)[]) {
      const { kind = '', namespace, name = '' } = event.involvedObject ?? {};
      if (!isAbout(name, names) || timeOf(event) < this.since) continue;
      const object = formatKey({ kind, name, ...(namespace !== undefined && { namespace }) });
      const { reason = '', message = '' } = event;
      // Once, even when the message differs each time.
      const key = `${object} ${reason}`;
      if (this.reported.has(key)) continue;
      this.reported.add(key);
      reporter.line({ type: 'warning', stage: this.stage, object, reason, message });
    }
  }
}

/** Objects that an object creates have names that begin with its own: Pods, Jobs, objects of a release. */
function isAbout(name: string, names: readonly string[]): boolean {
  return names.some((known) => name === known || name.startsWith(`${known}-`));
}

/** The names of an object, of its release and of the Job that installs that. */
function namesOf(manifest: Manifest): string[] {
  const release = releaseOf(manifest);
  return [...new Set([manifest.metadata.name, release?.name, release?.installJob?.name])].filter((name) => name !== undefined);
}

/** The namespaces of an object and of its release. */
function namespacesOf(manifest: Manifest): string[] {
  return [manifest.metadata.namespace, releaseOf(manifest)?.namespace].filter((namespace) => namespace !== undefined);
}

function timeOf({ lastTimestamp, eventTime, series, metadata }: LiveObject & EventObject): number {
  return Date.parse(series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '') || 0;
}
