import { execFile } from 'node:child_process';
import { HELM_NOT_FOUND, HelmError, helmProgram } from '../../constructs/helm/rendering/helm-template';

export { HelmError };

/** Every chart would fail for the same reason, so this ends the whole run. */
export class HelmNotFound extends Error {
  override readonly name = 'HelmNotFound';
}

export interface HelmOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** A chart and its values may be large; a rendered CRD has several megabytes. */
const LARGEST_OUTPUT = 256 * 1024 * 1024;

/** Runs Helm with its own configuration (repositories, registry logins). Credentials are never passed on the command line. */
export function helm(args: readonly string[], options: { readonly cwd?: string } = {}): Promise<HelmOutput> {
  return new Promise((resolve, reject) => {
    execFile(helmProgram(), args, { maxBuffer: LARGEST_OUTPUT, ...options }, (error, stdout, stderr) => {
      if (error === null) return resolve({ stdout, stderr });
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return reject(new HelmNotFound(HELM_NOT_FOUND));
      reject(new HelmError(withoutPreamble(stderr) || error.message));
    });
  });
}

function withoutPreamble(stderr: string): string {
  return stderr.trim().replace(/^Error: /, '');
}
