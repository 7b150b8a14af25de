import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { ApiCluster } from './api/api-cluster';
import { connect } from './api/connection';
import { Http } from './api/http';
import type { Command as Run } from './cli/commands/command';
import { runDeploy } from './cli/commands/run-deploy';
import { runDestroy } from './cli/commands/run-destroy';
import { runDiff } from './cli/commands/run-diff';
import { runStatus } from './cli/commands/run-status';
import { readDist } from './dist';
import { type Command, HELP } from './cli/help';
import { type Options, parseOptions } from './cli/options';
import { CommandProblem } from './problem';
import { isRefusal } from './deploy/refusal';
import type { Clock } from './session';
import { endWithReader } from './cli/terminal/broken-pipe';
import { createReporter, type ReportFormat } from './cli/terminal/create-reporter';

const RUNS: Readonly<Record<Command, Run>> = { deploy: runDeploy, diff: runDiff, status: runStatus, destroy: runDestroy };

const INTERRUPTED = 130;

const clock: Clock = { now: () => Date.now(), pause: (milliseconds, signal) => pause(milliseconds, undefined, signal ? { signal } : {}) };

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2), process.env);
  if (!options) {
    process.stdout.write(HELP[process.argv[2] as Command]);
    return 0;
  }
  const interrupt = new AbortController();
  // Each request under way listens.
  setMaxListeners(0, interrupt.signal);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // The second time, a person has no patience.
      if (interrupt.signal.aborted) process.exit(INTERRUPTED);
      interrupt.abort();
    });
  }
  try {
    return await run(options, interrupt.signal);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    process.stderr.write(`\nInterrupted. What was done stays done; run the same command again to go on.\n`);
    return INTERRUPTED;
  }
}

async function run(options: Options, signal: AbortSignal): Promise<number> {
  const dist = readDist(options.folder);
  const connection = connect(options.context);
  const reporter = createReporter(formatOf(options));
  const http = new Http(connection, { signal, onWarning: (message) => reporter.line({ type: 'warning', message }) });
  try {
    return await RUNS[options.command](
      { cluster: new ApiCluster(http), clock, reporter, signal, ...(options.context !== undefined && { context: options.context }) },
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

for (const stream of [process.stdout, process.stderr]) endWithReader(stream, (code) => process.exit(code));

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const known = error instanceof CommandProblem || isRefusal(error);
    const text = known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`${text.trimEnd()}\n`);
    process.exit(error instanceof CommandProblem ? error.exitCode : 2);
  },
);
