import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, resolve } from 'node:path';
import { parseYaml } from '../../manifests/parse-yaml';
import { CommandProblem } from '../problem';

/** The fields of a kubeconfig's cluster that kubectl uses. https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/ */
export interface KubeconfigCluster {
  readonly server?: string;
  readonly 'certificate-authority'?: string;
  readonly 'certificate-authority-data'?: string;
  readonly 'insecure-skip-tls-verify'?: boolean;
  readonly 'tls-server-name'?: string;
  readonly 'proxy-url'?: string;
  readonly extensions?: readonly { readonly name: string; readonly extension: unknown }[];
}

export interface ExecPlugin {
  readonly apiVersion?: string;
  readonly command?: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly interactiveMode?: 'Never' | 'IfAvailable' | 'Always';
  readonly provideClusterInfo?: boolean;
  readonly installHint?: string;
}

export interface KubeconfigUser {
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly 'client-certificate'?: string;
  readonly 'client-certificate-data'?: string;
  readonly 'client-key'?: string;
  readonly 'client-key-data'?: string;
  readonly as?: string;
  readonly 'as-uid'?: string;
  readonly 'as-groups'?: readonly string[];
  readonly 'as-user-extra'?: Readonly<Record<string, readonly string[]>>;
  readonly exec?: ExecPlugin;
  readonly 'auth-provider'?: { readonly name?: string };
}

/** A context with its cluster and user. */
export interface KubeconfigContext {
  readonly name: string;
  readonly namespace: string;
  readonly cluster: KubeconfigCluster & { readonly server: string };
  /** The name of the user, for messages. */
  readonly userName: string;
  readonly user: KubeconfigUser;
}

interface Named {
  readonly name?: string;
}
interface Kubeconfig {
  readonly 'current-context'?: string;
  readonly clusters?: readonly (Named & { readonly cluster?: KubeconfigCluster })[] | null;
  readonly users?: readonly (Named & { readonly user?: KubeconfigUser })[] | null;
  readonly contexts?: readonly (Named & { readonly context?: { cluster?: string; user?: string; namespace?: string } })[] | null;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The context that kubectl would use: from the files of $KUBECONFIG or ~/.kube/config, or, without any, from the Pod's ServiceAccount.
 * Of several files, the first that sets an entry or the current context wins. @kubernetes/client-node is not used: it merges in another order, ignores
 * tokenFile, as-groups, provideClusterInfo and installHint, resolves no exec command, and drops as-uid without a message.
 */
export function readKubeconfig(wanted?: string, environment: NodeJS.ProcessEnv = process.env, pod = SERVICE_ACCOUNT): KubeconfigContext {
  const files = filesOf(environment).flatMap(readFile);
  const contexts = files.flatMap((file) => file.contexts ?? []);
  if (contexts.length === 0) {
    const own = wanted === undefined ? contextOfPod(environment, pod) : undefined;
    if (own) return own;
    throw new CommandProblem('No kubeconfig found. Set KUBECONFIG (k3s: /etc/rancher/k3s/k3s.yaml).');
  }
  const current = wanted ?? files.map((file) => file['current-context']).find((name) => name) ?? '';
  const context = contexts.find(({ name }) => name === current)?.context;
  if (!context) {
    const known = listed(contexts.map(({ name = '' }) => name));
    throw new CommandProblem(
      wanted === undefined
        ? `current-context: must be a context of the kubeconfig: ${known}; got "${current}". Give one with --context.`
        : `--context: must be a context of the kubeconfig: ${known}; got "${wanted}".`,
    );
  }
  const clusters = files.flatMap((file) => file.clusters ?? []);
  const cluster = clusters.find(({ name }) => name === context.cluster)?.cluster;
  const { server } = cluster ?? {};
  if (!cluster || !server)
    throw new CommandProblem(
      `contexts[${current}].cluster: must be a cluster of the kubeconfig with a server: ${listed(clusters.map(({ name = '' }) => name))}; got "${context.cluster ?? ''}".`,
    );
  const users = files.flatMap((file) => file.users ?? []);
  const user = users.find(({ name }) => name === context.user);
  if (!user)
    throw new CommandProblem(
      `contexts[${current}].user: must be a user of the kubeconfig: ${listed(users.map(({ name = '' }) => name))}; got "${context.user ?? ''}".`,
    );
  return {
    name: current,
    namespace: context.namespace || 'default',
    cluster: { ...cluster, server: withScheme(server, cluster) },
    userName: user.name ?? '',
    user: user.user ?? {},
  };
}

function filesOf(environment: NodeJS.ProcessEnv): string[] {
  if (environment['KUBECONFIG']) return environment['KUBECONFIG'].split(delimiter).filter((file) => file !== '');
  try {
    return [resolve(environment['HOME'] || homedir(), '.kube', 'config')];
  } catch {
    return []; // a user without HOME and without an entry in /etc/passwd
  }
}

/** A kubeconfig with absolute paths: relative ones are relative to its folder. A file that does not exist is ignored. */
function readFile(file: string): Kubeconfig[] {
  if (!existsSync(file)) return [];
  let config: Kubeconfig | null;
  try {
    config = parseYaml(readFileSync(file, 'utf8')) as Kubeconfig | null;
  } catch (error) {
    throw new CommandProblem(`Failed to read the kubeconfig ${file}: ${(error as Error).message.split('\n')[0]}`);
  }
  if (config === null) return [];
  if (typeof config !== 'object' || Array.isArray(config))
    throw new CommandProblem(`${file}: must be a kubeconfig; got another YAML document.`);
  const absolute = (path: string | undefined): string | undefined => (path ? resolve(dirname(file), path) : undefined);
  return [
    {
      ...config,
      clusters: (config.clusters ?? []).map(({ name, cluster }) => ({
        ...(name !== undefined && { name }),
        ...(cluster && { cluster: replaced(cluster, 'certificate-authority', absolute) }),
      })),
      users: (config.users ?? []).map(({ name, user }) => ({
        ...(name !== undefined && { name }),
        ...(user && { user: withAbsolutePaths(user, absolute) }),
      })),
    },
  ];
}

function withAbsolutePaths(user: KubeconfigUser, absolute: (path: string | undefined) => string | undefined): KubeconfigUser {
  const paths = (['tokenFile', 'client-certificate', 'client-key'] as const).reduce((all, field) => replaced(all, field, absolute), user);
  // A command without a slash is looked up in PATH.
  return user.exec?.command?.includes('/') ? { ...paths, exec: replaced(user.exec, 'command', absolute) } : paths;
}

function replaced<Value extends object>(value: Value, field: keyof Value, change: (text: string | undefined) => string | undefined): Value {
  const text = change(value[field] as string | undefined);
  return text === undefined ? value : { ...value, [field]: text };
}

/** client-go uses https for a server without a scheme when anything about TLS is configured. */
function withScheme(server: string, cluster: KubeconfigCluster): string {
  if (/^https?:\/\//.test(server)) return server.replace(/\/+$/, '');
  const tls = cluster['certificate-authority'] ?? cluster['certificate-authority-data'] ?? cluster['insecure-skip-tls-verify'];
  return `${tls ? 'https' : 'http'}://${server}`.replace(/\/+$/, '');
}

function contextOfPod(environment: NodeJS.ProcessEnv, folder: string): KubeconfigContext | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  if (!host || !port || !existsSync(`${folder}/token`)) return undefined;
  return {
    name: 'in-cluster',
    namespace: existsSync(`${folder}/namespace`) ? readFileSync(`${folder}/namespace`, 'utf8').trim() : 'default',
    cluster: { server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`, 'certificate-authority': `${folder}/ca.crt` },
    userName: 'in-cluster',
    user: { tokenFile: `${folder}/token` },
  };
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : [...new Set(names)].map((name) => `"${name}"`).join(', ');
}
