import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { ApiCluster } from '../api/api-cluster';
import { connect, type Connection } from '../api/connection';
import { Http } from '../api/http';
import { exitOnBrokenPipe } from './commands/output';
import type { Command } from './help';
import { installationOf } from './installation';
import type { Options } from './options';
import { createReporter, type ReportFormat } from './terminal/create-reporter';
import { isRefusal } from '../deploy/refusal';
import { type Dist, readDist } from '../dist';
import { CommandProblem } from '../problem';
import type { Clock, Session } from '../session';

/** Runs a command, prints its result and returns the exit code. */
type Run = (session: Session, dist: Dist, options: Options, connection: Connection) => Promise<number>;

/** A command loads only what it needs. */
const RUNS: Readonly<Record<Command, () => Promise<Run>>> = {
  deploy: async () => (await import('./commands/run-deploy')).runDeploy,
  diff: async () => (await import('./commands/run-diff')).runDiff,
  status: async () => (await import('./commands/run-status')).runStatus,
  destroy: async () => (await import('./commands/run-destroy')).runDestroy,
};

/** 128 + SIGINT, the exit code of a shell. */
const INTERRUPTED = 130;

const clock: Clock = { now: () => Date.now(), pause: (milliseconds, signal) => pause(milliseconds, undefined, signal ? { signal } : {}) };

/** Runs a command until it ends or is interrupted. Returns the exit code; throws errors that the user can fix. */
export async function run(options: Options): Promise<number> {
  for (const stream of [process.stdout, process.stderr]) exitOnBrokenPipe(stream, (code) => process.exit(code));
  const interrupt = new AbortController();
  // Every request adds a listener.
  setMaxListeners(0, interrupt.signal);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // A second signal does not wait for requests to end.
      if (interrupt.signal.aborted) process.exit(INTERRUPTED);
      interrupt.abort();
    });
  }
  // Git runs while the folder is read.
  const installation = installationOf();
  try {
    return await runOn(readDist(options.folder), installation, options, interrupt.signal);
  } catch (error) {
    if (!interrupt.signal.aborted) throw isRefusal(error) ? new CommandProblem(error.message) : error;
    process.stderr.write(`\nInterrupted. What was done is kept; run the same command again to continue.\n`);
    return INTERRUPTED;
  }
}

async function runOn(dist: Dist, installed: ReturnType<typeof installationOf>, options: Options, signal: AbortSignal): Promise<number> {
  const connection = connect(options.context);
  const http = new Http(connection, { signal });
  const [installation, reporter, command] = await Promise.all([installed, createReporter(formatOf(options)), RUNS[options.command]()]);
  try {
    return await command(
      {
        cluster: new ApiCluster(http),
        clock,
        reporter,
        signal,
        ...(installation !== undefined && { installation }),
        ...(options.context !== undefined && { context: options.context }),
      },
      dist,
      options,
      connection,
    );
  } finally {
    reporter.end();
  }
}

function formatOf({ json }: Options): ReportFormat {
  if (json) return 'json';
  return process.stdout.isTTY ? 'terminal' : 'plain';
}
