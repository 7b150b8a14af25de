import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { OutgoingHttpHeaders } from 'node:http';
import type { ConnectionOptions } from 'node:tls';
import { type ExecCredential, execCredential } from './exec-plugin';
import type { KubeconfigContext, KubeconfigUser } from './kubeconfig';

/** What authenticates requests of a context: TLS options with the client certificate, and headers. */
export interface Authentication {
  readonly tls: ConnectionOptions;
  readonly headers: OutgoingHttpHeaders;
  /** Milliseconds since 1970, of what an exec plugin has returned. */
  readonly expires?: number;
}

/** Authenticates as kubectl does. Called again when tokens and certificates may have changed: files are read each time. */
export class Authenticator {
  private plugin: ExecCredential | undefined;

  constructor(private readonly context: KubeconfigContext) {}

  async authenticate(): Promise<Authentication> {
    const { user, userName } = this.context;
    const problems = unsupported(user, `users[${userName}].user`);
    if (problems.length > 0) throw new Error(problems.join('\n'));
    const headers: OutgoingHttpHeaders = {};
    const token = tokenOf(user);
    const exec = user.exec && token === undefined ? await this.execCredential() : undefined;
    const bearer = token ?? exec?.token;
    if (bearer !== undefined) headers['authorization'] = `Bearer ${bearer}`;
    else if (user.username) headers['authorization'] = `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}`;
    if (user.as) headers['impersonate-user'] = user.as;
    if (user['as-groups']?.length) headers['impersonate-group'] = [...user['as-groups']];
    return {
      tls: { ...serverTls(this.context), ...clientCertificate(user, userName), ...certificateOf(exec) },
      headers,
      ...(exec?.expires !== undefined && { expires: exec.expires }),
    };
  }

  /** Whether authenticate() may return other credentials the next time: those of a plugin, and of files. */
  get canRenew(): boolean {
    const { exec, tokenFile, 'client-certificate': certificate } = this.context.user;
    return Boolean(exec ?? tokenFile ?? certificate);
  }

  /** The plugin runs again, although its credential has not expired. */
  forget(): void {
    this.plugin = undefined;
  }

  private async execCredential(): Promise<ExecCredential> {
    if (this.plugin === undefined || (this.plugin.expires ?? Infinity) <= Date.now()) this.plugin = await execCredential(this.context);
    return this.plugin;
  }
}

/** What kubectl refuses, or would send and we do not: dropping it would be another identity. */
function unsupported(user: KubeconfigUser, path: string): string[] {
  const { as, exec } = user;
  const extra = Object.keys(user['as-user-extra'] ?? {}).length > 0;
  const impersonates = Boolean(user['as-uid']) || extra || Boolean(user['as-groups']?.length);
  const provider = user['auth-provider'];
  return [
    ...(user['as-uid'] ? [`${path}.as-uid: is not supported. Remove it, or use a user without it.`] : []),
    ...(extra ? [`${path}.as-user-extra: is not supported. Remove it, or use a user without it.`] : []),
    ...(impersonates && !as ? [`${path}.as: must be set with as-groups, as-uid or as-user-extra; got none.`] : []),
    ...(provider
      ? [`${path}.auth-provider: is not supported; got "${provider.name ?? ''}". Use an exec plugin, for example kubelogin.`]
      : []),
    ...(user.username && (user.token ?? user.tokenFile) ? [`${path}: must have either a token or a username; got both.`] : []),
    ...(exec && !exec.command ? [`${path}.exec.command: must be set; got none.`] : []),
  ];
}

/** A token file wins over a token: it is renewed. */
function tokenOf({ token, tokenFile }: KubeconfigUser): string | undefined {
  if (!tokenFile) return token || undefined;
  const text = readFileSync(tokenFile, 'utf8').trim();
  if (text === '') throw new Error(`tokenFile: must contain a token; got an empty file ${tokenFile}.`);
  return text;
}

function serverTls({ cluster, name }: KubeconfigContext): ConnectionOptions {
  const ca = fromDataOrFile(cluster, 'certificate-authority', `cluster of the context "${name}": certificate-authority`, isCertificate);
  const servername = cluster['tls-server-name'];
  if (ca !== undefined && cluster['insecure-skip-tls-verify'] === true)
    throw new Error(
      `cluster of the context "${name}": must have either certificate-authority or insecure-skip-tls-verify; got both. Remove the second.`,
    );
  return {
    ...(ca !== undefined && { ca }),
    ...(cluster['insecure-skip-tls-verify'] === true && { rejectUnauthorized: false }),
    ...(servername && { servername }),
  };
}

function clientCertificate(user: KubeconfigUser, name: string): ConnectionOptions {
  const path = `users[${name}].user.client`;
  const cert = fromDataOrFile(user, 'client-certificate', `${path}-certificate`, isCertificate);
  if (cert === undefined) return {};
  const key = fromDataOrFile(user, 'client-key', `${path}-key`, isPrivateKey);
  if (key === undefined) throw new Error(`${path}-key: must be set with client-certificate; got none.`);
  return { cert, key };
}

const certificateOf = (exec: ExecCredential | undefined): ConnectionOptions => (exec?.cert ? { cert: exec.cert, key: exec.key } : {});

/** PEM from `<field>-data`, which wins, or from the file `<field>`. Names the field when it is invalid. */
function fromDataOrFile(fields: object, field: string, path: string, isValid: (pem: string) => boolean): string | undefined {
  const { [field]: file, [`${field}-data`]: data } = fields as Readonly<Record<string, string | undefined>>;
  if (data) {
    const pem = Buffer.from(data, 'base64').toString();
    if (!isValid(pem)) throw new Error(`${path}-data: must be base64 of PEM; got something else.`);
    return pem;
  }
  if (!file) return undefined;
  const pem = readFileSync(file, 'utf8');
  if (!isValid(pem)) throw new Error(`${path}: must be a PEM file; got ${file}.`);
  return pem;
}

function isCertificate(pem: string): boolean {
  return pem.includes('-----BEGIN') && succeeds(() => new X509Certificate(pem));
}

function isPrivateKey(pem: string): boolean {
  return succeeds(() => createPrivateKey(pem));
}

function succeeds(call: () => unknown): boolean {
  try {
    call();
    return true;
  } catch {
    return false;
  }
}
