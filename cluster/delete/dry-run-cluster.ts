import { type Manifest, groupKindOf, idOf, type Kind, keyOf, type ObjectKey } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';
import type { Access, Applied, Cluster, ListOptions, NamesOptions, Resource } from '../api/cluster';
import { revisionsOf } from '../helm/release-objects';
import type { Session } from '../session';
import type { Reporter } from '../cli/terminal/reporter';

/** A session in which destroy runs and nothing is written. */
export function dryRunSession(session: Session): Session {
  const { reporter } = session;
  const dryRunReporter: Reporter = {
    line: (event) => reporter.line(event.type === 'applied' ? { ...event, message: 'dry run' } : event),
    waiting: (objects) => reporter.waiting(objects),
    end: () => reporter.end(),
  };
  return { ...session, cluster: new DryRunCluster(session.cluster), reporter: dryRunReporter };
}

/** The live cluster without what was deleted through this one: objects, what is in namespaces, dependents and releases. Nothing is written. */
class DryRunCluster implements Cluster {
  readonly namespace: string;
  private readonly deleted = new Set<string>();
  /** Uids of deleted owners: their dependents are deleted as well. */
  private readonly owners = new Set<string>();

  constructor(private readonly cluster: Cluster) {
    this.namespace = cluster.namespace;
  }

  resource(kind: Kind): Promise<Resource | undefined> {
    return this.cluster.resource(kind);
  }

  kinds(): Promise<readonly (Kind & Resource)[]> {
    return this.cluster.kinds();
  }

  rediscover(): void {
    this.cluster.rediscover();
  }

  async get(key: ObjectKey): Promise<LiveObject | undefined> {
    const object = this.deleted.has(idOf(key)) ? undefined : await this.cluster.get(key);
    return object && this.exists(object) ? object : undefined;
  }

  async list(kind: Kind, options?: ListOptions): Promise<LiveObject[]> {
    return (await this.cluster.list(kind, options)).filter((object) => this.exists(object));
  }

  /** Also of what was deleted: it is then not found by its name. */
  existingNames(kind: Kind, options: NamesOptions): Promise<ReadonlySet<string> | undefined> {
    return this.cluster.existingNames(kind, options);
  }

  async apply(manifest: Manifest): Promise<Applied> {
    return { object: await this.unchanged(keyOf(manifest)), created: false };
  }

  async patch(key: ObjectKey): Promise<LiveObject> {
    const object = await this.unchanged(key);
    // An install Job is suspended so that its Pods end.
    if (groupKindOf(key) === 'Job.batch') this.deleted.add(idOf(key));
    return object;
  }

  async delete(key: ObjectKey): Promise<void> {
    const live = await this.get(key);
    if (!live) return;
    // An uninstall deletes Helm's Secrets as well.
    const revisions = await revisionsOf(this, live);
    for (const object of [live, ...revisions.map(({ secret }) => secret)]) {
      this.deleted.add(idOf(keyOf(object)));
      this.owners.add(object.metadata.uid);
    }
  }

  isAllowed(access: Access): Promise<boolean> {
    return this.cluster.isAllowed(access);
  }

  private exists(object: LiveObject): boolean {
    const { ownerReferences = [], namespace } = object.metadata;
    if (namespace !== undefined && this.deleted.has(idOf({ apiVersion: 'v1', kind: 'Namespace', name: namespace }))) return false;
    return !this.deleted.has(idOf(keyOf(object))) && !ownerReferences.some(({ uid }) => this.owners.has(uid));
  }

  /** Writes are to the inventory, which may not exist yet, and to annotations that allow deletion. */
  private async unchanged({ apiVersion, kind, ...metadata }: ObjectKey): Promise<LiveObject> {
    return (
      (await this.cluster.get({ apiVersion, kind, ...metadata })) ?? {
        apiVersion,
        kind,
        metadata: { ...metadata, uid: '', resourceVersion: '' },
      }
    );
  }
}
