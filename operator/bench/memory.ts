/**
 * How the operator does with many AppUsers, on a real API server and with the stand-in for CVAT: `node --require tsx/cjs
 * operator/bench/memory.ts 10000`. Prints JSON. Needs KUBEBUILDER_ASSETS or what `npm run control-plane` has built.
 */
import { readFileSync } from 'node:fs';
import { type Operator, World } from '../../test/e2e/operator/world';

const COUNT = Number(process.argv[2] ?? 10_000);
const SYNCED = 'app_user_operator_app_users{reason="Synced"}';
const RESYNCS = 'app_user_operator_resyncs_total{result="success"}';

async function main(): Promise<void> {
  const world = await World.start();
  try {
    const environment = { LOG_LEVEL: 'info', RESYNC_SECONDS: '600' };
    for (let index = 0; index < COUNT; index += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, offset) => world.create(`person-${index + offset}`)));
    }
    const first = await world.operator('operator-0', environment);
    await world.makeRobot();
    const startedAt = performance.now();
    await reached(first, SYNCED, COUNT);
    const secondsToMakeAll = (performance.now() - startedAt) / 1000;
    const [peakWhileMaking, registered] = [first.peakMemory, world.cvat.count('register')];
    await first.program.stop();
    const second = await world.operator('operator-0', { ...environment, RESYNC_SECONDS: '30' });
    await reached(second, RESYNCS, 1);
    await idle(second);
    world.cvat.forgetRequests();
    const [versions, processorSeconds] = [await versionsOf(world), processorSecondsOf(second)];
    await reached(second, RESYNCS, 3);
    await idle(second);
    const result = {
      appUsers: COUNT,
      accounts: world.cvat.people.all().length - 1,
      ...{ secondsToMakeAll, registered },
      mebibytes: {
        peakWhileMaking,
        peakAtRest: second.peakMemory,
        heapUsed: (await second.metric('nodejs_heap_size_used_bytes')) / 2 ** 20,
      },
      eachResync: {
        processorSeconds: (processorSecondsOf(second) - processorSeconds) / 2,
        requestsToCvat: [...world.cvat.counts.values()].reduce((sum, count) => sum + count, 0) / 2,
        objectsWritten: (await versionsOf(world)).filter((version) => !versions.includes(version)).length,
      },
    };
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  } finally {
    await world.stop();
  }
}

async function reached(operator: Operator, metric: string, value: number): Promise<void> {
  while (!((await operator.metric(metric)) >= value)) {
    if (operator.program.exit) throw new Error(`the operator ended:\n${operator.log(20)}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function idle(operator: Operator): Promise<void> {
  do await new Promise((resolve) => setTimeout(resolve, 500));
  while ((await operator.metric('app_user_operator_queue_depth')) > 0);
}

async function versionsOf(world: World): Promise<readonly string[]> {
  const lists = ['/apis/kapernikov.com/v1/namespaces/people/appusers', '/api/v1/namespaces/people/secrets'];
  const items = await Promise.all(
    lists.map((path) => world.api.request<{ items: { metadata: { uid: string; resourceVersion: string } }[] }>({ path })),
  );
  return items.flatMap((list) => list.items.map(({ metadata }) => `${metadata.uid} ${metadata.resourceVersion}`));
}

function processorSecondsOf(operator: Operator): number {
  const fields = readFileSync(`/proc/${operator.program.pid}/stat`, 'utf8').split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  },
);
