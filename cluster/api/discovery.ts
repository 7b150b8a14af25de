import type { Resource } from './cluster';
import type { Kind } from '../../manifests/manifest';
import type { Http } from './http';

/** Aggregated discovery: v2 since Kubernetes 1.30, v2beta1 since 1.27. */
const ACCEPT = ['v2', 'v2beta1'].map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`).join(',');

interface GroupList {
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions: readonly {
      readonly version: string;
      readonly resources?: readonly {
        readonly resource: string;
        readonly responseKind?: { readonly kind: string };
        readonly scope: 'Namespaced' | 'Cluster';
        readonly verbs: readonly string[];
      }[];
    }[];
  }[];
}

/** The kinds that the API server serves, by `apiVersion kind`. https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery */
export async function discover(http: Http): Promise<ReadonlyMap<string, Resource>> {
  await http.untilReady();
  const lists: GroupList[] = [];
  // One after the other, on the connection that is open: a second connection takes more round trips than it saves.
  for (const path of ['/api', '/apis']) lists.push((await http.send<GroupList>({ path, accept: ACCEPT })).body);
  const resources = new Map<string, Resource>();
  for (const group of lists.flatMap(({ items = [] }) => items)) {
    const name = group.metadata?.name ?? '';
    for (const { version, resources: served = [] } of group.versions) {
      const apiVersion = name === '' ? version : `${name}/${version}`;
      for (const { resource, responseKind, scope, verbs } of served) {
        if (responseKind?.kind)
          resources.set(versionedKind({ apiVersion, kind: responseKind.kind }), {
            name: resource,
            namespaced: scope === 'Namespaced',
            verbs,
          });
      }
    }
  }
  return resources;
}

export function versionedKind({ apiVersion, kind }: Kind): string {
  return `${apiVersion} ${kind}`;
}
