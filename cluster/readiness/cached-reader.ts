import { type Manifest, idOf, type Kind, type ObjectKey } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';
import type { Cluster, ListOptions } from '../api/cluster';
import type { ReadinessContext } from './readiness';
import { operatorsOf } from '../../manifests/custom-resource-definition';

/** Reads a cluster for one round of readiness: each object and list is read once. */
export class CachedReader implements ReadinessContext {
  private readonly gets = new Map<string, Promise<LiveObject | undefined>>();
  private readonly lists = new Map<string, Promise<readonly LiveObject[]>>();

  constructor(
    private readonly cluster: Cluster,
    /** All objects of the environment. */
    private readonly manifests: readonly Manifest[],
  ) {}

  get(key: ObjectKey): Promise<LiveObject | undefined> {
    return once(this.gets, idOf(key), () => this.cluster.get(key));
  }

  list(kind: Kind, options: ListOptions = {}): Promise<readonly LiveObject[]> {
    const { namespace, labels, fields } = options;
    return once(this.lists, JSON.stringify([kind.apiVersion, kind.kind, namespace, labels, fields]), () =>
      this.cluster.list(kind, options),
    );
  }

  operatorsOf(kind: Kind): readonly Manifest[] {
    return operatorsOf(kind, this.manifests);
  }
}

function once<Answer>(known: Map<string, Promise<Answer>>, key: string, ask: () => Promise<Answer>): Promise<Answer> {
  const answer = known.get(key) ?? ask();
  known.set(key, answer);
  return answer;
}
