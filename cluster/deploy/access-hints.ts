import { type Manifest, groupKindOf, formatKey, keyOf, type ObjectKey } from '../../manifests/manifest';
import type { Reference } from '../../manifests/reference';
import type { LiveObject } from '../objects/live-object';
import { contractOf } from '../../manifests/contract';
import { isCode } from '../api/api-error';
import type { Cluster } from '../api/cluster';
import type { DistStage } from '../dist';
import { withDefaultNamespace } from '../objects/live';

/** URLs, host names and Secrets to print after a successful deploy. Names only, never values. */
export interface AccessHints {
  readonly urls: readonly string[];
  /** Lines for /etc/hosts, for names without a DNS record. */
  readonly hosts: readonly string[];
  /** The Secrets that have a user name and its password. */
  readonly credentials: readonly string[];
}

interface Endpoint {
  readonly host: string;
  readonly scheme: 'http' | 'https';
  readonly address?: string;
}

export async function accessHints(cluster: Cluster, stages: readonly DistStage[]): Promise<AccessHints> {
  const objects = await Promise.all(stages.flatMap((stage) => stage.objects).map((object) => withDefaultNamespace(cluster, object)));
  const endpoints = (await Promise.all(objects.map((object) => endpointsOf(cluster, object)))).flat();
  const secrets = objects.flatMap((object) => (contractOf(object).makes ?? []).filter(isLogin));
  return {
    urls: unique(endpoints.map(({ scheme, host }) => `${scheme}://${host}`)),
    hosts: unique(endpoints.flatMap(({ address, host }) => (address === undefined ? [] : [`${address} ${host}`]))),
    credentials: unique(
      secrets.map(({ kind, namespace, name }) => formatKey({ kind, name, ...(namespace !== undefined && { namespace }) })),
    ),
  };
}

async function endpointsOf(cluster: Cluster, manifest: Manifest): Promise<Endpoint[]> {
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
        (await getIfAllowed(cluster, {
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

/** The IP address of an Ingress' controller. A load balancer that has only a host name is expected to have DNS records. */
async function addressOf(cluster: Cluster, manifest: Manifest): Promise<string | undefined> {
  const { loadBalancer } = ((await getIfAllowed(cluster, keyOf(manifest)))?.['status'] ?? {}) as {
    loadBalancer?: { ingress?: readonly { ip?: string }[] };
  };
  return loadBalancer?.ingress?.find(({ ip }) => ip !== undefined)?.ip;
}

/** The address is left out when RBAC denies `get`: a deploy does not need it. */
async function getIfAllowed(cluster: Cluster, key: ObjectKey): Promise<LiveObject | undefined> {
  try {
    return await cluster.get(key);
  } catch (error) {
    if (!isCode(error, 403)) throw error;
    return undefined;
  }
}

/** A Secret with a user name and a password. A Secret with a password alone is for programs. */
function isLogin({ kind, keys = [] }: Reference): boolean {
  return kind === 'Secret' && keys.includes('password') && (keys.includes('user') || keys.includes('username'));
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
