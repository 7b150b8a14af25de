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

/** Reports each Warning Event about a stage's objects once. */
export class Warnings {
  private readonly reported = new Set<string>();
  private readonly since: number;
  private readonly namespaces: readonly string[];
  private readonly names: readonly string[];

  constructor(
    private readonly session: Session,
    manifests: readonly Manifest[],
    private readonly stage: string,
  ) {
    this.since = session.clock.now() - EARLIER_MILLISECONDS;
    this.namespaces = [...new Set(manifests.flatMap(namespacesOf))];
    this.names = manifests.flatMap(namesOf);
  }

  async report(): Promise<void> {
    const { cluster, reporter } = this.session;
    const lists = await Promise.all(
      this.namespaces.map((namespace) => cluster.list(EVENT, { namespace, fields: 'type=Warning' }).catch((): LiveObject[] => [])),
    );
    for (const event of lists.flat() as (LiveObject & EventObject)[]) {
      const { kind = '', namespace, name = '' } = event.involvedObject ?? {};
      if (!this.isAbout(name) || timeOf(event) < this.since) continue;
      const object = formatKey({ kind, name, ...(namespace !== undefined && { namespace }) });
      const { reason = '', message = '' } = event;
      // Once, even when the message differs each time.
      const key = `${object} ${reason}`;
      if (this.reported.has(key)) continue;
      this.reported.add(key);
      reporter.line({ type: 'warning', stage: this.stage, object, reason, message });
    }
  }

  /** Objects that an object creates have names that begin with its own: Pods, Jobs, objects of a release. */
  private isAbout(name: string): boolean {
    return this.names.some((known) => name === known || name.startsWith(`${known}-`));
  }
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
