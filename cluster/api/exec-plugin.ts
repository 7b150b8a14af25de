import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { ExecPlugin, KubeconfigCluster, KubeconfigContext } from './kubeconfig';

/** What an exec plugin has returned. https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins */
export interface ExecCredential {
  readonly token?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Milliseconds since 1970. Undefined: valid until the process ends. */
  readonly expires?: number;
}

interface Output {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly status?: {
    readonly token?: string;
    readonly clientCertificateData?: string;
    readonly clientKeyData?: string;
    readonly expirationTimestamp?: string;
  };
}

/** Runs the exec plugin of a context's user. */
export async function execCredential({ user: { exec = {} }, userName, cluster }: KubeconfigContext): Promise<ExecCredential> {
  const { apiVersion, interactiveMode = 'IfAvailable' } = exec;
  const path = `users[${userName}].user.exec`;
  if (apiVersion !== 'client.authentication.k8s.io/v1' && apiVersion !== 'client.authentication.k8s.io/v1beta1')
    throw new Error(`${path}.apiVersion: must be client.authentication.k8s.io/v1 or v1beta1; got "${apiVersion ?? ''}".`);
  const interactive = interactiveMode !== 'Never' && process.stdin.isTTY;
  if (interactiveMode === 'Always' && !interactive) throw new Error(`${path}: requires a terminal (interactiveMode: Always).`);
  const spec = { interactive, ...(exec.provideClusterInfo && { cluster: clusterInfo(cluster) }) };
  const info = JSON.stringify({ kind: 'ExecCredential', apiVersion, spec });
  const output = await run(exec, { interactive, info });
  return credentialOf(output, `${path}: the output of ${exec.command}`, apiVersion);
}

function credentialOf(text: string, what: string, apiVersion: string): ExecCredential {
  let output: Output;
  try {
    output = JSON.parse(text) as Output;
  } catch {
    throw new Error(`${what} must be JSON; got something else.`);
  }
  if (output.kind !== 'ExecCredential' || output.apiVersion !== apiVersion)
    throw new Error(
      `${what} must be an ExecCredential of ${apiVersion}; got ${output.kind ?? 'no kind'} of ${output.apiVersion ?? 'no apiVersion'}.`,
    );
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = output.status ?? {};
  if (!token && !(cert && key)) throw new Error(`${what} must have status.token, or status.clientCertificateData and clientKeyData.`);
  const expires = expirationTimestamp === undefined ? undefined : Date.parse(expirationTimestamp);
  return { ...(token && { token }), ...(cert && key && { cert, key }), ...(expires !== undefined && { expires }) };
}

/** The cluster as KUBERNETES_EXEC_INFO has it. */
function clusterInfo(cluster: KubeconfigCluster): object {
  const file = cluster['certificate-authority'];
  const data = cluster['certificate-authority-data'] || (file ? readFileSync(file).toString('base64') : undefined);
  const config = cluster.extensions?.find(({ name }) => name === 'client.authentication.k8s.io/exec')?.extension;
  return {
    server: cluster.server,
    'tls-server-name': cluster['tls-server-name'],
    'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'],
    'certificate-authority-data': data,
    'proxy-url': cluster['proxy-url'],
    config,
  };
}

function run(exec: ExecPlugin, { interactive, info }: { interactive: boolean; info: string }): Promise<string> {
  const { command = '', args, env, installHint } = exec;
  const variables = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
  const child = spawn(command, args ?? [], {
    env: { ...process.env, ...variables, KUBERNETES_EXEC_INFO: info },
    // A plugin that asks for a password does so on stderr.
    stdio: [interactive ? 'inherit' : 'ignore', 'pipe', interactive ? 'inherit' : 'pipe'],
  });
  let [output, errors] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new Error(
          `${error.code === 'ENOENT' ? `${command}: command not found` : error.message}${installHint ? `\n${installHint.trim()}` : ''}`,
        ),
      ),
    );
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${command} failed with exit code ${code}${errors.trim() === '' ? '' : `: ${errors.trim()}`}`));
    });
  });
}
