import { spawnSync } from 'node:child_process';

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
  return helm(['version', '--template', '{{.Version}}'], '').stdout.trim();
}

/** What Helm prints when it renders a chart. */
export interface TemplateOutput {
  /** The chart's objects as YAML, each after a comment that names its template. */
  readonly objects: string;
  /** Each once: a value that the chart ignores, because it is no map where the chart has one, or a chart that is deprecated. */
  readonly warnings: readonly string[];
}

/** Renders a chart. Every time zone has another date, so that a template that depends on the date shows it. */
export function helmTemplate({ file, name, namespace, values, kubeVersion, apiVersions }: Rendering, timeZone: string): TemplateOutput {
  const capabilities = ['--kube-version', kubeVersion, ...apiVersions.flatMap((version) => ['--api-versions', version])];
  const args = ['template', name, file, '--namespace', namespace, '--include-crds', ...capabilities, '--values', '-'];
  const { stdout, stderr } = helm(args, JSON.stringify(values), { TZ: timeZone });
  return { objects: stdout, warnings: warningsOf(stderr) };
}

function helm(
  args: readonly string[],
  input: string,
  environment: Readonly<Record<string, string>> = {},
): { readonly stdout: string; readonly stderr: string } {
  const options = { input, encoding: 'utf8', env: { ...process.env, ...environment }, maxBuffer: LARGEST_OUTPUT } as const;
  const { error, status, signal, stdout, stderr } = spawnSync(helmProgram(), args, options);
  const { code, message } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  if (code === 'ENOENT' || code === 'EACCES') throw new HelmError(HELM_NOT_FOUND);
  if (error || status !== 0) throw new HelmError(reasonOf(stderr ?? '', message ?? `${helmProgram()} ended with ${signal ?? status}.`));
  return { stdout, stderr };
}

/** `coalesce.go:237: warning: skipped value …` of Helm 3, `level=INFO msg="warning: skipped value …"` of Helm 4. What is about a kubeconfig is not used here. */
function warningsOf(stderr: string): string[] {
  const warnings = stderr
    .split('\n')
    .filter((line) => /\bwarning: |\blevel=WARN\b/i.test(line) && !line.includes('Kubernetes configuration file'))
    .map((line) => /\bmsg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1]?.replace(/\\(.)/g, '$1') ?? line)
    .map((text) => text.replace(/^(?:\w+\.go:\d+: )?(?:warning: )?/i, '').trim());
  return [...new Set(warnings)].sort();
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
