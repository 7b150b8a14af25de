import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Operator } from '../test/e2e/operator/replica';
import { OperatorTestCluster } from '../test/e2e/operator/operator-test-cluster';

/** Registered as slowly as by a real CVAT, whose other requests take some 50 ms. */
const SLOW = 100;
const REGISTER_SECONDS = 0.6;
const OTHER_MILLISECONDS = 50;
const AT_ONCE = 1000;
const COUNT = 10_000;
/** Concurrent requests that create AppUsers. */
const CONNECTIONS = 50;
const RESYNCS_MEASURED = 2;
const SYNCED = 'app_user_operator_app_users{reason="Synced"}';
const RESYNCS = 'app_user_operator_resyncs_total{result="success"}';

/**
 * How the operator does with many AppUsers: as the one file and with the flags of its image, on a real API server, with the stand-in for CVAT.
 * That answers at once: a real one takes half a second to make an account, and the operator asks it to make one at a time.
 */
export async function operator(): Promise<string> {
  const cluster = await OperatorTestCluster.start();
  try {
    const first = await cluster.operator('operator-0', { LOG_LEVEL: 'info', RESYNC_SECONDS: '600' });
    await cluster.makeRobot();
    await first.leads();
    const share = await shareOfOneAtATime(cluster, first);
    const secondsForFew = await made(cluster, first, SLOW, AT_ONCE);
    await made(cluster, first, AT_ONCE, COUNT);
    const [peakWhileMaking, registered] = [first.peakMemory, cluster.cvat.count('register')];
    await first.program.stop();
    // One that finds all of them in sync, as after an upgrade. A resync of them takes some 15 s: a shorter interval would leave it no idle moment.
    const second = await cluster.operator('operator-0', { LOG_LEVEL: 'info', RESYNC_SECONDS: '40' });
    await reached(second, RESYNCS, 1);
    const idle = await measureResyncs(cluster, second);
    return `| | | budget |
|---|---|---|
| ${SLOW} AppUsers at once, where a registration takes ${REGISTER_SECONDS} s: share of what registering one at a time allows | ${share.toFixed(2)} | 0.9 |
| ${AT_ONCE - SLOW} AppUsers made at once: seconds until all have their account | ${secondsForFew.toFixed(0)} | |
| accounts for ${COUNT} AppUsers, and how often CVAT was asked to make one | ${accounts(cluster)}, ${registered} | ${COUNT}, ${COUNT} |
| memory (RSS) in sync, at most, MiB | ${second.peakMemory.toFixed(0)} | 150 |
| memory (RSS) while they were made, at most, MiB | ${peakWhileMaking.toFixed(0)} | 150 |
| a resync: requests to CVAT | ${idle.requestsToCvat} | ${COUNT / 1000 + 3} |
| a resync: objects written, but for the Lease | ${idle.written} | 0 |
| a resync: seconds of a processor | ${idle.processorSeconds.toFixed(1)} | |`;
  } finally {
    await cluster.stop();
  }
}

/** Of the throughput that registering one at a time allows, without anything else to do. */
async function shareOfOneAtATime(cluster: OperatorTestCluster, replica: Operator): Promise<number> {
  const { settings, faults } = cluster.cvat;
  settings.registerDelayMs = REGISTER_SECONDS * 1000;
  faults.hooks = { before: (operation) => (operation === 'register' ? undefined : delay(OTHER_MILLISECONDS)) };
  const seconds = await made(cluster, replica, 0, SLOW);
  settings.registerDelayMs = 0;
  faults.hooks = {};
  return (SLOW * REGISTER_SECONDS) / seconds;
}

/** Seconds until all of them have an account. That there is one for each, and that none was asked for twice, is a condition and no figure. */
async function made(cluster: OperatorTestCluster, replica: Operator, from: number, to: number): Promise<number> {
  const [before, startedAt] = [cluster.cvat.count('register'), performance.now()];
  for (let index = from; index < to; index += CONNECTIONS) {
    await Promise.all(Array.from({ length: CONNECTIONS }, (_, offset) => cluster.create(`person-${index + offset}`)));
  }
  await reached(replica, SYNCED, to);
  const seconds = (performance.now() - startedAt) / 1000;
  const asked = cluster.cvat.count('register') - before;
  if (accounts(cluster) !== to || asked !== to - from) {
    throw new Error(`${to} AppUsers have ${accounts(cluster)} accounts; for the last ${to - from}, CVAT was asked ${asked} times`);
  }
  return seconds;
}

/** Of each resync of an operator that has nothing to do. */
async function measureResyncs(
  cluster: OperatorTestCluster,
  replica: Operator,
): Promise<{ requestsToCvat: number; written: number; processorSeconds: number }> {
  await idle(replica);
  cluster.cvat.forgetRequests();
  const [written, processor, resyncs] = [await writes(replica), processorSecondsOf(replica), await replica.metric(RESYNCS)];
  await reached(replica, RESYNCS, resyncs + RESYNCS_MEASURED);
  await idle(replica);
  return {
    requestsToCvat: [...cluster.cvat.counts.values()].reduce((sum, count) => sum + count, 0) / RESYNCS_MEASURED,
    written: ((await writes(replica)) - written) / RESYNCS_MEASURED,
    processorSeconds: (processorSecondsOf(replica) - processor) / RESYNCS_MEASURED,
  };
}

/** Those of people, not the operator's own. */
function accounts(cluster: OperatorTestCluster): number {
  return cluster.cvat.people.all().length - 1;
}

async function reached(replica: Operator, metric: string, value: number): Promise<void> {
  while (!((await replica.metric(metric)) >= value)) {
    if (replica.program.exit) throw new Error(`the operator ended:\n${replica.log(20)}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function idle(replica: Operator): Promise<void> {
  do await new Promise((resolve) => setTimeout(resolve, 500));
  while ((await replica.metric('app_user_operator_queue_depth')) > 0);
}

/** How often it has written anything but its Lease. */
async function writes(replica: Operator): Promise<number> {
  const requests = [...(await replica.requests())].filter(([name]) => /^(create|update|patch|delete) (?!leases$)/.test(name));
  return requests.reduce((sum, [, count]) => sum + count, 0);
}

function processorSecondsOf({ program }: Operator): number {
  const fields = readFileSync(`/proc/${program.pid}/stat`, 'utf8').split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}
