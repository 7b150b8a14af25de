import { execFile } from 'node:child_process';
import { HELM_NOT_FOUND, HelmError, helmProgram, LARGEST_OUTPUT, reasonOf } from '../../constructs/helm/rendering/helm-template';

export { HelmError };

/** Every chart would fail for the same reason, so this ends the whole run. */
export class HelmNotFound extends Error {
  override readonly name = 'HelmNotFound';
}

export interface HelmOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Helm with its own configuration (repositories, registry logins). Credentials are never passed on the command line. */
export function helm(args: readonly string[], options: { readonly cwd?: string } = {}): Promise<HelmOutput> {
  return new Promise((resolve, reject) => {
    execFile(helmProgram(), args, { env: process.env, maxBuffer: LARGEST_OUTPUT, ...options }, (error, stdout, stderr) => {
      if (error === null) return resolve({ stdout, stderr });
      const { code } = error as { code?: string | number | null };
      if (code === 'ENOENT' || code === 'EACCES') return reject(new HelmNotFound(HELM_NOT_FOUND));
      reject(new HelmError(reasonOf(stderr, error.message)));
    });
  });
}
