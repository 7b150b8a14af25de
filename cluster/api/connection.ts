import { existsSync, readFileSync } from 'node:fs';
import { Agent as HttpAgent, type OutgoingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions, type RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { Cluster } from '@kubernetes/client-node/dist/config_types.js';
import { CommandProblem } from '../problem';
import { CONCURRENCY } from './cluster';

/** The address of the API server, and the credentials for it. */
export interface Connection {
  /** The context's name in the kubeconfig. */
  readonly context: string;
  readonly server: string;
  /** The context's namespace, for objects without one. */
  readonly namespace: string;
  /** Called before every request, because tokens expire. */
  readonly credentials: () => Promise<Credentials>;
}

/** What authenticates a request. Client certificates are in the agent. */
export interface Credentials {
  readonly agent: HttpAgent;
  readonly headers?: OutgoingHttpHeaders;
  readonly auth?: string;
}

/** How long certificates and tokens are used before the kubeconfig and its plugins are asked again: its files are read each time. */
const CREDENTIALS_MILLISECONDS = 30_000;

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** The cluster that kubectl talks to, by $KUBECONFIG or ~/.kube/config; or another context of the same files. The only file that uses client-node. */
export function connect(context?: string): Connection {
  const configuration = load();
  const contexts = [...new Set(configuration.getContexts().map(({ name }) => name))];
  if (context !== undefined) {
    if (!contexts.includes(context))
      throw new CommandProblem(`--context: must be a context of the kubeconfig: ${list(contexts)}; got "${context}".`);
    configuration.setCurrentContext(context);
  }
  const current = configuration.getCurrentContext();
  const cluster = configuration.getCurrentCluster();
  if (!cluster || contexts.length === 0) {
    throw new CommandProblem(
      contexts.length === 0
        ? 'No kubeconfig found. Set KUBECONFIG (k3s: /etc/rancher/k3s/k3s.yaml).'
        : `current-context: must be a context of the kubeconfig: ${list(contexts)}; got "${current}". Give one with --context.`,
    );
  }
  const user = configuration.getContextObject(current)?.user;
  if (!configuration.getCurrentUser()) {
    throw new CommandProblem(`contexts[${current}].user: must be a user of the kubeconfig; got ${list(user === undefined ? [] : [user])}.`);
  }
  return {
    context: current,
    server: cluster.server,
    namespace: configuration.getContextObject(current)?.namespace ?? 'default',
    credentials: credentialsOf(configuration, cluster),
  };
}

/**
 * The files that kubectl reads, as it reads them: what an earlier one has, a later one cannot change, because the first of a name is found. client-node
 * by itself would take the current context of the last one, and fail where two have a cluster of the same name; on every k3s it is `default`.
 */
function load(): KubeConfig {
  const configuration = new KubeConfig();
  configuration.loadFromOptions({ clusters: [], users: [], contexts: [] });
  const files = (process.env['KUBECONFIG'] || join(homedir(), '.kube', 'config')).split(delimiter);
  try {
    for (const file of files.filter(hasContent)) {
      const { clusters, users, contexts, currentContext } = configuration;
      const added = new KubeConfig();
      added.loadFromFile(file);
      configuration.loadFromOptions({
        clusters: [...clusters, ...added.clusters],
        users: [...users, ...added.users],
        contexts: [...contexts, ...added.contexts],
        currentContext: currentContext || added.currentContext,
      });
    }
  } catch (error) {
    throw new CommandProblem(`Failed to read the kubeconfig: ${error instanceof Error ? error.message : String(error)}`);
  }
  // In a Pod.
  if (configuration.contexts.length === 0 && existsSync(SERVICE_ACCOUNT)) configuration.loadFromCluster();
  return configuration;
}

/** A file that is named and not there is an empty one. */
function hasContent(file: string): boolean {
  return existsSync(file) && readFileSync(file, 'utf8').trim() !== '';
}

function credentialsOf(configuration: KubeConfig, { server, proxyUrl }: Cluster): () => Promise<Credentials> {
  let known: { readonly credentials: Promise<Credentials>; readonly until: number } | undefined;
  let last: { readonly tls: AgentOptions; readonly agent: HttpAgent } | undefined;
  const ask = async (): Promise<Credentials> => {
    const options: RequestOptions = {};
    await configuration.applyToHTTPSOptions(options);
    const { headers, auth, agent, ca, cert, key, pfx, passphrase, rejectUnauthorized, servername } = options;
    const tls: AgentOptions = { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername };
    // Certificates belong to the agent, which would otherwise compare them for each request. They are new when they were about to expire.
    if (!last || !isDeepStrictEqual(last.tls, tls)) {
      // client-node's own agent opens a connection for each request. Where it goes through a proxy, that is better than not at all.
      const KeptAgent = server.startsWith('http:') ? HttpAgent : HttpsAgent;
      last = { tls, agent: proxyUrl ? (agent as HttpAgent) : new KeptAgent({ ...tls, keepAlive: true, maxSockets: CONCURRENCY }) };
    }
    return { agent: last.agent, headers: headers as OutgoingHttpHeaders, ...(auth != null && { auth }) };
  };
  return () => {
    const now = Date.now();
    if (known === undefined || known.until < now) {
      const credentials = ask();
      credentials.catch(() => (known = undefined));
      known = { credentials, until: now + CREDENTIALS_MILLISECONDS };
    }
    return known.credentials;
  };
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `"${name}"`).join(', ');
}
