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
 * All custom resources of a CRD, in all namespaces. Empty when the CRD is not found. Fails when the CRD exists and its kind is not served: then it is
 * unknown whether there are any.
 */
export async function customResourcesOf(session: Session, crdName: string): Promise<LiveObject[]> {
  const { cluster, clock } = session;
  const live = await cluster.get({ ...CRD_KIND, name: crdName });
  if (!live) return [];
  const { group, names, versions } = live['spec'] as CrdSpec;
  const served = versions.find((version) => version.served);
  const kind = served && { apiVersion: `${group}/${served.name}`, kind: names.kind };
  const found = kind && (await pollUntil(session, clock.now() + SERVED_MILLISECONDS, () => listServed(cluster, kind)));
  if (found) return found;
  throw new CommandProblem(
    `CustomResourceDefinition ${crdName} exists, but the API server does not serve its kind, so its objects cannot be listed. Try again.`,
    1,
  );
}

async function listServed(cluster: Cluster, kind: { apiVersion: string; kind: string }): Promise<LiveObject[] | undefined> {
  if ((await cluster.resource(kind)) !== undefined) return cluster.list(kind);
  cluster.rediscover();
  return undefined;
}
