import { execFile } from 'node:child_process';

/** What a person can fix: its message is all that is shown. */
export class HelmError extends Error {
  override readonly name = 'HelmError';
}

/** Every chart would fail for the same reason, so this ends the whole run. */
export class HelmNotFound extends Error {
  override readonly name = 'HelmNotFound';
}

export interface HelmOutput {
  readonly stdout: string;
  readonly stderr: string;
}

const MISSING =
  'Helm was not found. Install Helm 3.21 or later (https://helm.sh/docs/intro/install), or set HELM to the path of its program.\n' +
  'Only charts:pull, charts:render and the delivery rendered() need it; k3s(), flux() and argoCd() do not.';

/** A chart and its values may be large; a rendered CRD has several megabytes. */
const LARGEST_OUTPUT = 256 * 1024 * 1024;

/** Runs Helm with its own configuration (repositories, registry logins). Credentials are never passed on the command line. */
export function helm(args: readonly string[], options: { readonly cwd?: string } = {}): Promise<HelmOutput> {
  const program = process.env['HELM'] ?? 'helm';
  return new Promise((resolve, reject) => {
    execFile(program, args, { maxBuffer: LARGEST_OUTPUT, ...options }, (error, stdout, stderr) => {
      if (error === null) return resolve({ stdout, stderr });
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return reject(new HelmNotFound(MISSING));
      reject(new HelmError(withoutPreamble(stderr) || error.message));
    });
  });
}

/** `v3.21.4` */
export async function helmVersion(): Promise<string> {
  const { stdout } = await helm(['version', '--template', '{{.Version}}']);
  return stdout.trim();
}

function withoutPreamble(stderr: string): string {
  return stderr.trim().replace(/^Error: /, '');
}
