/**
 * Runs as a process of its own and is the parent of everything that a test starts. When the process that forked it ends, for any
 * reason (the end, an exception, Ctrl-C, SIGKILL), the channel between them closes, and the keeper kills its children and removes their
 * folder. Handlers for signals in the test's own process could not do that: Jest gives tests a copy of `process` whose handlers never run.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The program to run. Input and output are files, so that no process has to forward data. */
export interface Program {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** The working folder; without it, the keeper's folder. */
  readonly workingDirectory?: string;
  readonly standardInput?: string;
  readonly standardOutput: string;
  readonly standardError: string;
}

/** How a program ended: with a code, or by a signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export type Request =
  | { readonly kind: 'start'; readonly id: number; readonly program: Program }
  | { readonly kind: 'signal'; readonly id: number; readonly signal: NodeJS.Signals };

export type Report =
  | { readonly kind: 'opened'; readonly directory: string }
  | { readonly kind: 'started'; readonly id: number; readonly pid: number }
  | { readonly kind: 'refused'; readonly id: number; readonly message: string }
  | { readonly kind: 'exited'; readonly id: number; readonly exit: Exit };

const children = new Map<number, ChildProcess>();
let closing = false;

function report(message: Report): void {
  // Who is gone needs no report.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

function start(id: number, program: Program): void {
  const files: number[] = [];
  const open = (path: string, flags: string): number => {
    const file = openSync(path, flags);
    files.push(file);
    return file;
  };
  try {
    const input = program.standardInput === undefined ? 'ignore' : open(program.standardInput, 'r');
    const output = open(program.standardOutput, 'a');
    const error = program.standardError === program.standardOutput ? output : open(program.standardError, 'a');
    const child = spawn(program.command, program.arguments, {
      cwd: program.workingDirectory ?? directory,
      env: program.environment,
      stdio: [input, output, error],
    });
    child.once('error', (problem) => {
      if (child.pid === undefined) report({ kind: 'refused', id, message: problem.message });
    });
    if (child.pid === undefined) return;
    children.set(id, child);
    child.once('exit', (code, signal) => {
      children.delete(id);
      report({ kind: 'exited', id, exit: { code, signal } });
      if (closing) leaveWhenEmpty();
    });
    report({ kind: 'started', id, pid: child.pid });
  } catch (problem) {
    report({ kind: 'refused', id, message: problem instanceof Error ? problem.message : String(problem) });
  } finally {
    files.forEach((file) => closeSync(file));
  }
}

/** Not a graceful end: what the programs would still save is removed in the same moment. */
function close(): void {
  closing = true;
  for (const child of children.values()) child.kill('SIGKILL');
  leaveWhenEmpty();
}

function leaveWhenEmpty(): void {
  if (children.size > 0) return;
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  process.exit();
}

const directory = mkdtempSync(join(tmpdir(), 'third-party-platform-e2e-'));
process.on('disconnect', close);
process.on('message', (request: Request) => {
  if (request.kind === 'start') start(request.id, request.program);
  else children.get(request.id)?.kill(request.signal);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, close);
process.on('uncaughtException', (problem) => {
  process.stderr.write(`the keeper of the test processes failed: ${problem.stack ?? problem.message}\n`);
  close();
});
report({ kind: 'opened', directory });
