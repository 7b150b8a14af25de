import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * Identifies the repository in the working directory by its git remote `origin`: `github.com/acme/platform`. Two repositories that deploy an environment of
 * the same name to one cluster are distinguished by it. Undefined without git or without that remote.
 */
export async function installationOf(folder = process.cwd()): Promise<string | undefined> {
  try {
    // Git ignores the configuration of a repository that another user owns, unless safe.directory lists the folder. Reading one value is safe.
    const words = ['-c', 'safe.directory=*', 'config', '--get', 'remote.origin.url'];
    return normalizeRemote((await promisify(execFile)('git', words, { cwd: folder })).stdout);
  } catch {
    return undefined;
  }
}

/** The same for every protocol, and without credentials: `git@github.com:acme/platform.git` and `https://token@github.com/acme/platform`. */
export function normalizeRemote(url: string): string | undefined {
  const path = url
    .trim()
    .replace(/^[a-z+]+:\/\//i, '')
    .replace(/^[^/@]*@/, '')
    .replace(/^([^/:]+):(\d+\/)?/, '$1/')
    .replace(/(\.git)?\/*$/, '');
  return path === '' ? undefined : path.toLowerCase();
}
