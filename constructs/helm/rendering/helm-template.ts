import { execFileSync } from 'node:child_process';

/** What to render, and for which cluster. */
export interface Rendering {
  /** The packaged chart, relative to the repository. */
  readonly file: string;
  readonly name: string;
  readonly namespace: string;
  readonly values: unknown;
  /** `1.33.0`: what `.Capabilities.KubeVersion` is. A Helm that Go installed by itself believes in 1.20. */
  readonly kubeVersion: string;
  /** What `.Capabilities.APIVersions` has besides Kubernetes' own: `monitoring.coreos.com/v1`. */
  readonly apiVersions: readonly string[];
}

/** What a person can fix: its message is all that is shown. */
export class HelmError extends Error {
  override readonly name = 'HelmError';
}

export const HELM_NOT_FOUND =
  'Helm was not found. Install Helm 3.21 or later (https://helm.sh/docs/intro/install), or set HELM to the path of its program. ' +
  'charts:pull, charts:render, charts:check and the delivery rendered() need it; k3s(), flux() and argoCd() do not.';

/** A chart may contain CRDs of several megabytes. */
export const LARGEST_OUTPUT = 256 * 1024 * 1024;

/** The program that PATH or HELM names. */
export function helmProgram(): string {
  return process.env['HELM'] || 'helm';
}

/** `v3.21.4` */
export function helmVersion(): string {
  return helm(['version', '--template', '{{.Version}}'], '').trim();
}

/**
 * The chart's objects as YAML, each after a comment that names its template. Every time zone has another date, so that a template that depends on
 * the date shows it.
 */
export function helmTemplate({ file, name, namespace, values, kubeVersion, apiVersions }: Rendering, timeZone: string): string {
  const capabilities = ['--kube-version', kubeVersion, ...apiVersions.flatMap((version) => ['--api-versions', version])];
  const args = ['template', name, file, '--namespace', namespace, '--include-crds', ...capabilities, '--values', '-'];
  return helm(args, JSON.stringify(values), { TZ: timeZone });
}

function helm(args: readonly string[], input: string, environment: Readonly<Record<string, string>> = {}): string {
  try {
    return execFileSync(helmProgram(), args, {
      input,
      encoding: 'utf8',
      env: { ...process.env, ...environment },
      maxBuffer: LARGEST_OUTPUT,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  } catch (error) {
    const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === 'ENOENT' || code === 'EACCES') throw new HelmError(HELM_NOT_FOUND);
    throw new HelmError(reasonOf(stderr ?? '', message));
  }
}

/** Why Helm failed, in its own words. */
export function reasonOf(stderr: string, message: string): string {
  return (
    stderr
      .replace(/^Error: /, '')
      // There is no such option here.
      .replace(/^Use --debug flag .*$/m, '')
      .trim() || message
  );
}
