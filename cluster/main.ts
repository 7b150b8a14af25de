import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { ApiCluster } from './api/api-cluster';
import { connect, type Connection } from './api/connection';
import { Http } from './api/http';
import { exitOnBrokenPipe } from './cli/commands/output';
import { runDeploy } from './cli/commands/run-deploy';
import { runDestroy } from './cli/commands/run-destroy';
import { runDiff } from './cli/commands/run-diff';
import { runStatus } from './cli/commands/run-status';
import { type Command, HELP } from './cli/help';
import { installationOf } from './cli/installation';
import { type Options, parseOptions } from './cli/options';
import { createReporter, type ReportFormat } from './cli/terminal/create-reporter';
import { isRefusal } from './deploy/refusal';
import { type Dist, readDist } from './dist';
import { CommandProblem } from './problem';
import type { Clock, Session } from './session';

/** Runs a command, prints its result and returns the exit code. */
type Run = (session: Session, dist: Dist, options: Options, connection: Connection) => Promise<number>;

const RUNS: Readonly<Record<Command, Run>> = { deploy: runDeploy, diff: runDiff, status: runStatus, destroy: runDestroy };

/** 128 + SIGINT, the exit code of a shell. */
const INTERRUPTED = 130;

const clock: Clock = { now: () => Date.now(), pause: (milliseconds, signal) => pause(milliseconds, undefined, signal ? { signal } : {}) };

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2), process.env);
  if (!options) {
    process.stdout.write(HELP[process.argv[2] as Command]);
    return 0;
  }
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
  try {
    return await run(options, interrupt.signal);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    process.stderr.write(`\nInterrupted. What was done is kept; run the same command again to continue.\n`);
    return INTERRUPTED;
  }
}

async function run(options: Options, signal: AbortSignal): Promise<number> {
  const dist = readDist(options.folder);
  const connection = connect(options.context);
  const installation = installationOf();
  const reporter = createReporter(formatOf(options));
  const http = new Http(connection, { signal, onWarning: (message) => reporter.line({ type: 'warning', message }) });
  try {
    return await RUNS[options.command](
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

for (const stream of [process.stdout, process.stderr]) exitOnBrokenPipe(stream, (code) => process.exit(code));

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const known = error instanceof CommandProblem || isRefusal(error);
    const text = known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`${text.trimEnd()}\n`);
    process.exit(error instanceof CommandProblem ? error.exitCode : 2);
  },
);
