import { CvatAccounts } from './accounts/cvat/cvat-accounts';
import { conditionOf } from './app-user/app-user';
import { readRobot } from './credentials/robot';
import { ApiClient } from './kubernetes/api-client';
import { connect } from './kubernetes/connection';
import { EventRecorder } from './kubernetes/event-recorder';
import { LeaderElection } from './kubernetes/leader-election';
import { systemClock as clock } from './queue/clock';
import { ConfigurationError, readConfiguration } from './runtime/configuration';
import { createLog, describeError } from './runtime/log';
import { Metrics } from './runtime/metrics';
import { serve } from './runtime/server';
import { Term } from './runtime/term';

/** Runs the operator until it is told to stop. */
async function main(): Promise<void> {
  const configuration = readConfiguration(process.env);
  const { namespace, podName, port } = configuration;
  const log = createLog(configuration.logLevel);
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());

  let term: Term | undefined;
  const metrics = new Metrics({
    leading: () => term !== undefined,
    queueDepth: () => term?.queue.depth ?? 0,
    queueWaiting: () => term?.queue.waiting ?? 0,
    applicationReady: () => term?.applicationReady ?? false,
    accounts: () => term?.accountCounts ?? new Map(),
    appUsers: () => reasonsOf(term),
  });
  const client = new ApiClient(connect(), { observe: (verb, resource, status) => metrics.apiRequests.inc({ verb, resource, status }) });
  const warn = (what: string) => (error: unknown) => log.warn(describeError(error), what);
  const recorder = new EventRecorder({ client, namespace, instance: podName, clock, failed: warn('an Event cannot be written') });
  const election = new LeaderElection({
    ...{ client, namespace, clock, name: configuration.leaseName, identity: podName },
    failed: warn('the Lease cannot be read or written'),
  });
  const accounts = new CvatAccounts({
    url: configuration.cvatUrl,
    robot: () => readRobot(client, namespace, configuration.robotSecret),
    observe: (operation, seconds, outcome) => metrics.requests.observe({ operation, outcome }, seconds),
  });
  const server = await serve({
    ...{ port, registry: metrics.registry },
    healthy: () => election.alive,
    // A replica that waits for its turn is ready for it.
    ready: () => election.contacted && (term?.ready ?? true),
  });

  log.info({ namespace, podName }, 'waits for its turn to lead');
  while (await election.acquire(stopping.signal)) {
    log.info('leads');
    term = new Term({ configuration, client, accounts, recorder, clock, log, metrics });
    term.start();
    await election.hold(stopping.signal);
    await term.stop();
    term = undefined;
    if (!stopping.signal.aborted) log.warn('leads no longer');
  }
  await election.release();
  log.info('stops');
  server.close();
  process.exit(0);
}

function reasonsOf(term: Term | undefined): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const appUser of term?.appUsers.all() ?? []) {
    const reason = conditionOf(appUser, 'Ready')?.reason ?? 'Unknown';
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return counts;
}

main().catch((error: unknown) => {
  const problems =
    error instanceof ConfigurationError ? error.problems : [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exit(1);
});
