import type { RequestOptions } from 'node:http';
import { KubeConfig } from '@kubernetes/client-node';
import { application } from './accounts/application';
import { conditionOf } from './app-user/app-user';
import { readLogin } from './credentials/login';
import { ApiClient, type ApiServerConnection } from './kubernetes/api-client';
import { EventRecorder } from './kubernetes/event-recorder';
import { LeaderElection } from './kubernetes/leader-election';
import { systemTime as clock } from './queue/time-source';
import { ConfigurationError, readConfiguration } from './runtime/configuration';
import { createLog, describeError } from './runtime/log';
import { Metrics } from './runtime/metrics';
import { serve } from './runtime/server';
import { Controller } from './runtime/controller';

/** Runs the operator until it receives a signal to stop. */
async function main(): Promise<void> {
  const configuration = readConfiguration(process.env);
  const { namespace, podName, port } = configuration;
  const log = createLog(configuration.logLevel);
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());

  let controller: Controller | undefined;
  const metrics = new Metrics({
    leading: () => controller !== undefined,
    queueDepth: () => controller?.queue.depth ?? 0,
    queueWaiting: () => controller?.queue.waiting ?? 0,
    applicationReady: () => controller?.applicationReady ?? false,
    accounts: () => controller?.accountCounts ?? new Map(),
    appUsers: () => reasonsOf(controller),
  });
  const client = new ApiClient(connectToApiServer(), {
    observe: (verb, resource, status) => metrics.apiRequests.inc({ verb, resource, status }),
  });
  const warn = (what: string) => (error: unknown) => log.warn(describeError(error), what);
  const recorder = new EventRecorder({ client, namespace, instance: podName, clock, failed: warn('failed to write an Event') });
  const election = new LeaderElection({
    ...{ client, namespace, clock, name: configuration.leaseName, identity: podName },
    failed: warn('failed to read or write the Lease'),
  });
  const accounts = application.connect({
    url: configuration.applicationUrl,
    login: () => readLogin(client, namespace, configuration.loginSecret),
    observe: (operation, seconds, outcome) => metrics.requests.observe({ operation, outcome }, seconds),
  });
  const server = await serve({
    ...{ port, registry: metrics.registry },
    healthy: () => election.alive,
    // A replica that waits for its turn is ready for it.
    ready: () => election.contacted && (controller?.ready ?? true),
  });

  log.info({ namespace, podName }, 'waiting for leadership');
  while (await election.acquire(stopping.signal)) {
    log.info('started leading');
    controller = new Controller({ configuration, client, accounts, recorder, clock, log, metrics });
    controller.start();
    await election.hold(stopping.signal);
    await controller.stop();
    controller = undefined;
    if (!stopping.signal.aborted) log.warn('stopped leading');
  }
  await election.release();
  log.info('stopped');
  server.close();
  process.exit(0);
}

/** The API server of the cluster that the operator runs in; on a developer's machine, the one that kubectl talks to. */
function connectToApiServer(): ApiServerConnection {
  const configuration = new KubeConfig();
  configuration.loadFromDefault();
  const cluster = configuration.getCurrentCluster();
  if (!cluster) throw new Error('no API server configured. Run in a cluster, or set KUBECONFIG.');
  return {
    server: cluster.server,
    credentials: async () => {
      const options: RequestOptions = {};
      await configuration.applyToHTTPSOptions(options);
      // Its agent would open a connection for each request.
      delete options.agent;
      return options;
    },
  };
}

function reasonsOf(controller: Controller | undefined): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const appUser of controller?.appUsers.all() ?? []) {
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
