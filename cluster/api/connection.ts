import type { Agent as HttpAgent, RequestOptions } from 'node:http';
import { Agent } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { CommandProblem } from '../problem';

/** Where the API server is, and who we are to it. */
export interface Connection {
  /** The context's name in the kubeconfig. */
  readonly context: string;
  readonly server: string;
  /** Where objects go that name no namespace. */
  readonly namespace: string;
  /** Certificates and headers, asked for before every request: tokens expire. */
  readonly credentials: () => Promise<RequestOptions>;
}

/** How many requests are under way at once. A connection costs a TLS handshake on both sides, so they are few, and kept. */
export const CONNECTIONS = 12;

/** How long certificates and tokens are used before the kubeconfig and its plugins are asked again: its files are read each time. */
const CREDENTIALS_MILLISECONDS = 30_000;

/** The cluster that kubectl talks to, by $KUBECONFIG or ~/.kube/config; or another context of the same files. The only file that uses client-node. */
export function connect(context?: string): Connection {
  const configuration = load();
  const contexts = configuration.getContexts().map(({ name }) => name);
  if (context !== undefined) {
    if (!contexts.includes(context)) throw new CommandProblem(`The kubeconfig has no context "${context}". It has ${list(contexts)}.`);
    configuration.setCurrentContext(context);
  }
  const current = configuration.getCurrentContext();
  const cluster = configuration.getCurrentCluster();
  if (!cluster || contexts.length === 0) {
    throw new CommandProblem(
      `There is no cluster to talk to: ${contexts.length === 0 ? 'there is no kubeconfig' : `the kubeconfig names no current context, and has ${list(contexts)}`}.\n` +
        `Set KUBECONFIG (on k3s: /etc/rancher/k3s/k3s.yaml), or name a context with --context.`,
    );
  }
  if (!configuration.getCurrentUser()) {
    throw new CommandProblem(`The context "${current}" of the kubeconfig names no user that is in it, so there is nobody to log in as.`);
  }
  return {
    context: current,
    server: cluster.server,
    namespace: configuration.getContextObject(current)?.namespace ?? 'default',
    credentials: credentialsOf(configuration, cluster.proxyUrl !== undefined),
  };
}

function load(): KubeConfig {
  const configuration = new KubeConfig();
  try {
    // A file that is named and not there is an empty one, as for kubectl.
    configuration.loadFromDefault();
  } catch (error) {
    throw new CommandProblem(`The kubeconfig cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  // Without any file, client-node makes one up.
  if (configuration.getCurrentCluster()?.server === 'http://localhost:8080') return new KubeConfig();
  return configuration;
}

function credentialsOf(configuration: KubeConfig, byProxy: boolean): () => Promise<RequestOptions> {
  let known: { readonly options: Promise<RequestOptions>; readonly until: number } | undefined;
  let agent: HttpAgent | undefined;
  const ask = async (): Promise<RequestOptions> => {
    const options: RequestOptions = {};
    await configuration.applyToHTTPSOptions(options);
    // client-node's own agent opens a connection for each request. Where it goes through a proxy, that is better than not at all.
    agent ??= byProxy && options.agent ? (options.agent as HttpAgent) : new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
    return { ...options, agent };
  };
  return () => {
    const now = Date.now();
    if (known === undefined || known.until < now) {
      const options = ask();
      options.catch(() => (known = undefined));
      known = { options, until: now + CREDENTIALS_MILLISECONDS };
    }
    return known.options;
  };
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `"${name}"`).join(', ');
}
