import type { Cluster } from '../api/cluster';
import type { LiveObject } from '../objects/live-object';
import { CRD_KIND } from '../../manifests/custom-resource-definition';
import { CommandProblem } from '../problem';
import { pollUntil, type Session } from '../session';

interface CrdSpec {
  readonly group: string;
  readonly names: { readonly kind: string };
  readonly versions: readonly { readonly name: string; readonly served: boolean }[];
}

const SERVED_MILLISECONDS = 30_000;

/**
 * All objects of a definition, anywhere in the cluster. None when the definition is not there. As long as it is, its kind has to be served:
 * otherwise we do not know, and that is not none.
 */
export async function customResourcesOf(session: Session, definition: string): Promise<LiveObject[]> {
  const { cluster, clock } = session;
  const live = await cluster.get({ ...CRD_KIND, name: definition });
  if (!live) return [];
  const { group, names, versions } = live['spec'] as CrdSpec;
  const served = versions.find((version) => version.served);
  const kind = served && { apiVersion: `${group}/${served.name}`, kind: names.kind };
  const found = kind && (await pollUntil(session, clock.now() + SERVED_MILLISECONDS, () => listServed(cluster, kind)));
  if (found) return found;
  throw new CommandProblem(
    `The definition ${definition} is there, but the API server does not serve its kind: nobody knows which objects are left.`,
    1,
  );
}

async function listServed(cluster: Cluster, kind: { apiVersion: string; kind: string }): Promise<LiveObject[] | undefined> {
  if ((await cluster.resource(kind)) !== undefined) return cluster.list(kind);
  cluster.rediscover();
  return undefined;
}
