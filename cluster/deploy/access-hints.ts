import { type Manifest, groupKindOf, formatKey, keyOf, type ObjectKey } from '../../manifests/manifest';
import type { Reference } from '../../manifests/reference';
import type { LiveObject } from '../objects/live-object';
import { contractOf } from '../../manifests/contract';
import { isCode } from '../api/api-error';
import type { Cluster } from '../api/cluster';
import type { DistStage } from '../dist';
import { withDefaultNamespace } from '../objects/live';

/** What a person wants to know when all is ready: where to go, and where the passwords are. Names only. */
export interface AccessHints {
  readonly urls: readonly string[];
  /** A line for /etc/hosts, for names that no name service may know. */
  readonly hosts: readonly string[];
  /** The Secrets with a name and its password. */
  readonly credentials: readonly string[];
}

interface Entrance {
  readonly host: string;
  readonly scheme: 'http' | 'https';
  readonly address?: string;
}

export async function accessHints(cluster: Cluster, stages: readonly DistStage[]): Promise<AccessHints> {
  const objects = await Promise.all(stages.flatMap((stage) => stage.objects).map((object) => withDefaultNamespace(cluster, object)));
  const entrances = (await Promise.all(objects.map((object) => entrancesOf(cluster, object)))).flat();
  const secrets = objects.flatMap((object) => (contractOf(object).makes ?? []).filter(isLogin));
  return {
    urls: unique(entrances.map(({ scheme, host }) => `${scheme}://${host}`)),
    hosts: unique(entrances.flatMap(({ address, host }) => (address === undefined ? [] : [`${address} ${host}`]))),
    credentials: unique(
      secrets.map(({ kind, namespace, name }) => formatKey({ kind, name, ...(namespace !== undefined && { namespace }) })),
    ),
  };
}

async function entrancesOf(cluster: Cluster, manifest: Manifest): Promise<Entrance[]> {
  switch (groupKindOf(manifest)) {
    case 'Ingress.networking.k8s.io': {
      const { rules = [], tls = [] } = manifest['spec'] as {
        rules?: readonly { host?: string }[];
        tls?: readonly { hosts?: readonly string[] }[];
      };
      const address = await addressOf(cluster, manifest);
      const secured = new Set(tls.flatMap(({ hosts = [] }) => hosts));
      return rules.flatMap(({ host }) =>
        host === undefined ? [] : [{ host, scheme: secured.has(host) ? 'https' : 'http', ...(address !== undefined && { address }) }],
      );
    }
    case 'HTTPRoute.gateway.networking.k8s.io': {
      const { hostnames = [], parentRefs = [] } = manifest['spec'] as {
        hostnames?: readonly string[];
        parentRefs?: readonly { name: string; namespace?: string; sectionName?: string }[];
      };
      const [parent] = parentRefs;
      const gateway =
        parent &&
        (await seen(cluster, {
          apiVersion: 'gateway.networking.k8s.io/v1',
          kind: 'Gateway',
          namespace: parent.namespace ?? manifest.metadata.namespace ?? 'default',
          name: parent.name,
        }));
      const { listeners = [] } = (gateway?.['spec'] ?? {}) as { listeners?: readonly { name: string; protocol: string }[] };
      const { addresses = [] } = (gateway?.['status'] ?? {}) as { addresses?: readonly { type?: string; value: string }[] };
      const listener = listeners.find(({ name }) => name === parent?.sectionName);
      const address = addresses.find(({ type = 'IPAddress' }) => type === 'IPAddress')?.value;
      const scheme = listener?.protocol === 'HTTP' ? 'http' : 'https';
      return hostnames.map((host) => ({ host, scheme, ...(address !== undefined && { address }) }));
    }
    default:
      return [];
  }
}

/** The address of an Ingress' controller; where a load balancer has a name only, name services are somebody's business already. */
async function addressOf(cluster: Cluster, manifest: Manifest): Promise<string | undefined> {
  const { loadBalancer } = ((await seen(cluster, keyOf(manifest)))?.['status'] ?? {}) as {
    loadBalancer?: { ingress?: readonly { ip?: string }[] };
  };
  return loadBalancer?.ingress?.find(({ ip }) => ip !== undefined)?.ip;
}

/** Who may deploy need not be allowed to look at a Gateway. All is ready; then its address is left out. */
async function seen(cluster: Cluster, key: ObjectKey): Promise<LiveObject | undefined> {
  try {
    return await cluster.get(key);
  } catch (error) {
    if (!isCode(error, 403)) throw error;
    return undefined;
  }
}

/** Somebody's name and password. A password alone is for programs. */
function isLogin({ kind, keys = [] }: Reference): boolean {
  return kind === 'Secret' && keys.includes('password') && (keys.includes('user') || keys.includes('username'));
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
