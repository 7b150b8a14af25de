import { Agent as HttpAgent, type OutgoingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import { HttpProxyAgent, HttpsProxyAgent } from 'hpagent';
import { CommandProblem } from '../problem';
import { CONCURRENCY } from './cluster';
import { Authenticator } from './credentials';
import { type KubeconfigContext, readKubeconfig } from './kubeconfig';
import { proxyFromEnvironment } from './proxy';

/** The address of the API server, and the credentials for it. */
export interface Connection {
  /** The context's name in the kubeconfig. */
  readonly context: string;
  readonly server: string;
  /** The context's namespace, for objects without one. */
  readonly namespace: string;
  /** Called before every request, because tokens expire. */
  readonly credentials: () => Promise<Credentials>;
  /** Forgets credentials that the API server has refused, so that the next ones are new. False: the next ones would be the same. */
  readonly renew?: (refused: Credentials) => boolean;
}

/** What authenticates a request. Client certificates are in the agent. */
export interface Credentials {
  readonly agent: HttpAgent;
  readonly headers?: OutgoingHttpHeaders;
}

/** How long certificates and tokens are used before their files are read again. */
const CREDENTIALS_MILLISECONDS = 30_000;

/** The cluster that kubectl talks to, or that of another context of the same kubeconfig. */
export function connect(context?: string, environment: NodeJS.ProcessEnv = process.env): Connection {
  const selected = readKubeconfig(context, environment);
  const { name, namespace, cluster } = selected;
  const proxy = cluster['proxy-url'] || proxyFromEnvironment(cluster.server, environment);
  if (proxy !== undefined && !/^(https?|socks5h?):\/\//.test(proxy))
    throw new CommandProblem(`proxy-url: must begin with http://, https:// or socks5://; got "${withoutPassword(proxy)}".`);
  return { context: name, server: cluster.server, namespace, ...credentialsOf(selected, proxy) };
}

function credentialsOf(context: KubeconfigContext, proxy: string | undefined): Pick<Connection, 'credentials' | 'renew'> {
  const authenticator = new Authenticator(context);
  let known: Promise<Credentials & { readonly until: number }> | undefined;
  let latest: Credentials | undefined;
  let last: { readonly tls: ConnectionOptions; readonly agent: HttpAgent } | undefined;
  const read = async (): Promise<Credentials & { readonly until: number }> => {
    const { tls, headers, expires = Infinity } = await authenticator.authenticate();
    // An agent keeps its connections, and with them the client certificate: a renewed one needs a new agent.
    if (!last || !isDeepStrictEqual(last.tls, tls)) last = { tls, agent: await agentFor(context.cluster.server, tls, proxy) };
    return { agent: last.agent, headers, until: Math.min(Date.now() + CREDENTIALS_MILLISECONDS, expires) };
  };
  const credentials = async (): Promise<Credentials> => {
    const current = known;
    if (current && (await current).until > Date.now()) return (latest = await current);
    // Another call may have started to read them meanwhile.
    if (known === current) {
      known = read();
      known.catch(() => (known = undefined));
    }
    return (latest = await (known ?? read()));
  };
  const renew = (refused: Credentials): boolean => {
    // Of several requests that were refused, only the first renews them.
    if (refused === latest) {
      known = latest = undefined;
      authenticator.forget();
    }
    return authenticator.canRenew;
  };
  return { credentials, renew };
}

async function agentFor(server: string, tls: ConnectionOptions, proxy: string | undefined): Promise<HttpAgent> {
  const isHttp = server.startsWith('http:');
  const options = { keepAlive: true, maxSockets: CONCURRENCY };
  if (proxy?.startsWith('socks5')) {
    const { SocksProxyAgent } = await import('socks-proxy-agent');
    return new SocksProxyAgent(proxy, { ...tls, ...options });
  }
  if (proxy !== undefined) return isHttp ? new HttpProxyAgent({ ...options, proxy }) : new HttpsProxyAgent({ ...tls, ...options, proxy });
  return isHttp ? new HttpAgent(options) : new HttpsAgent({ ...tls, ...options });
}

/** A proxy's address without the password that it may contain. */
function withoutPassword(address: string): string {
  return address.replace(/\/\/.*@/, '//***@');
}
