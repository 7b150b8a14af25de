import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A user of the API server. Its name is also that of its kubeconfig file. */
export interface User {
  readonly name: string;
  readonly groups?: readonly string[];
}

/** Members of this group may do everything, RBAC or not. */
export const ADMINISTRATOR: User = { name: 'administrator', groups: ['system:masters'] };
/** RBAC's built-in roles know it by this name. */
export const CONTROLLER_MANAGER: User = { name: 'system:kube-controller-manager' };

export interface Credentials {
  /** What the API server reads with --token-auth-file. */
  readonly tokenFile: string;
  readonly serviceAccountPrivateKey: string;
  readonly serviceAccountPublicKey: string;
  readonly tokenOf: (user: string) => string;
  readonly kubeconfigOf: (user: string) => string;
}

export interface CredentialOptions {
  readonly directory: string;
  readonly server: string;
  /** The file of the authority that signed the server's certificate; need not exist yet. */
  readonly authority: string;
  readonly users: readonly User[];
}

/**
 * Identities are bearer tokens, not client certificates: Node.js cannot issue certificates, and to RBAC a user is a user. The API server
 * makes its serving certificate by itself.
 */
export function writeCredentials({ directory, server, authority, users }: CredentialOptions): Credentials {
  const write = (name: string, content: string): string => {
    const file = join(directory, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  };
  const tokens = new Map<string, string>();
  const kubeconfigs = new Map<string, string>();
  for (const { name } of users) {
    if (tokens.has(name)) throw new Error(`two users of the control plane are called "${name}": give each its own name`);
    const token = randomUUID();
    tokens.set(name, token);
    kubeconfigs.set(
      name,
      write(`${name.replaceAll(/[^\w.-]/g, '-')}-${kubeconfigs.size}.kubeconfig`, kubeconfig(server, authority, name, token)),
    );
  }
  const known = (from: Map<string, string>, user: string): string => {
    const found = from.get(user);
    if (found === undefined) throw new Error(`the control plane knows no user "${user}": pass it in the option "users" at the start`);
    return found;
  };
  const keys = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const lines = users.map((user) =>
    [tokens.get(user.name), user.name, user.name, ...(user.groups ? [`"${user.groups.join(',')}"`] : [])].join(','),
  );
  return {
    tokenFile: write('tokens.csv', `${lines.join('\n')}\n`),
    serviceAccountPrivateKey: write('service-account.key', keys.privateKey),
    serviceAccountPublicKey: write('service-account.pub', keys.publicKey),
    tokenOf: (user) => known(tokens, user),
    kubeconfigOf: (user) => known(kubeconfigs, user),
  };
}

/** JSON, which is YAML, too. */
export function kubeconfig(server: string, authority: string, user: string, token: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority': authority } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user } }],
    'current-context': 'test',
  });
}
