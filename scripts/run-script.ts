import { dirname, resolve } from 'node:path';

/** Runs a script and sets the exit code. An error that its user can fix is one line; any other one has its stack trace. */
export function runScript(main: () => number | Promise<number>): void {
  Promise.resolve()
    .then(main)
    .then(
      (code) => (process.exitCode = code),
      (error: unknown) => {
        process.exitCode = 1;
        process.stderr.write(`${systemFailure(error) ?? (error instanceof Error ? error.stack : String(error))}\n`);
      },
    );
}

const NEEDS: Readonly<Record<string, string>> = {
  EACCES:
    'must be writable and readable for this user; got EACCES. Run the command as the owner of the folder, or in a copy of the repository.',
  EPERM:
    'must be writable and readable for this user; got EPERM. Run the command as the owner of the folder, or in a copy of the repository.',
  EROFS: 'must be on a writable file system; got EROFS. Run the command in a copy of the repository.',
  ENOSPC: 'must be on a file system with free space; got ENOSPC. Delete what is not needed.',
};

/** What the file system has refused, as one line. Undefined: the error is another one. */
export function systemFailure(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = '', path, syscall = '', message } = error as NodeJS.ErrnoException;
  if (code === 'MODULE_NOT_FOUND') {
    const name = /Cannot find (?:module|package) '([^'./][^']*)'/.exec(message)?.[1];
    return name && `node_modules/: must have the packages of package-lock.json; got none for "${name}". Run: npm ci`;
  }
  const need = NEEDS[code];
  if (need === undefined || path === undefined) return undefined;
  // What cannot be created has a name that says nothing: its folder refuses it.
  return `${resolve(['mkdir', 'mkdtemp'].includes(syscall) ? dirname(path) : path)}: ${need}`;
}
