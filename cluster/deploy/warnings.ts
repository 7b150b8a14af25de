import { type Manifest, type Kind, formatKey } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';
import type { Session } from '../session';

const EVENT: Kind = { apiVersion: 'v1', kind: 'Event' };

/** An Event from shortly before may be why we wait; and clocks differ. */
const EARLIER_MILLISECONDS = 60_000;

interface EventObject {
  readonly involvedObject?: { readonly kind?: string; readonly namespace?: string; readonly name?: string };
  readonly reason?: string;
  readonly message?: string;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly series?: { readonly lastObservedTime?: string };
}

/** The Warning events of a cluster that concern a stage, each told once, as soon as it is there. */
export class Warnings {
  private readonly told = new Set<string>();
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
    this.names = manifests.flatMap(({ kind, metadata: { name } }) => (kind === 'HelmChart' ? [name, `helm-install-${name}`] : [name]));
  }

  async tell(): Promise<void> {
    const { cluster, reporter } = this.session;
    const lists = await Promise.all(
      this.namespaces.map((namespace) => cluster.list(EVENT, { namespace, fields: 'type=Warning' }).catch((): LiveObject[] => [])),
    );
    for (const event of lists.flat() as (LiveObject & EventObject)[]) {
      const { kind = '', namespace, name = '' } = event.involvedObject ?? {};
      if (!this.concerns(name) || timeOf(event) < this.since) continue;
      const object = formatKey({ kind, name, ...(namespace !== undefined && { namespace }) });
      const { reason = '', message = '' } = event;
      // Told once, even when the words differ each time.
      const key = `${object} ${reason}`;
      if (this.told.has(key)) continue;
      this.told.add(key);
      reporter.line({ type: 'warning', stage: this.stage, object, reason, message });
    }
  }

  /** What an object brings forth has a name that begins with its own: pods, Jobs, what is in a release. */
  private concerns(name: string): boolean {
    return this.names.some((known) => name === known || name.startsWith(`${known}-`));
  }
}

/** Where an object is, and where a release puts what is in it. */
function namespacesOf({ metadata, spec }: Manifest): string[] {
  const { targetNamespace } = (spec ?? {}) as { readonly targetNamespace?: string };
  return [metadata.namespace, targetNamespace].filter((namespace) => namespace !== undefined);
}

function timeOf({ lastTimestamp, eventTime, series, metadata }: LiveObject & EventObject): number {
  return Date.parse(series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '') || 0;
}
