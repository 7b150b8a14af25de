import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ControlPlane, startControlPlane } from '../test/e2e/harness/control-plane';
import { ADMINISTRATOR } from '../test/e2e/harness/credentials';
import { ROOT } from '../test/e2e/harness/dist';
import { Runner } from '../test/e2e/harness/run';
import { type Client, clientsOn, type Step, STEPS, writeObjects } from './clients';
import { median } from './median';

/** A step that is no goal is measured in the first rounds only: some take half a minute. */
const SIZES = [
  { count: 200, rounds: 5, slowRounds: 2 },
  { count: 2000, rounds: 3, slowRounds: 1 },
];

/** Nothing takes that long. */
const TIMEOUT_SECONDS = 600;

/** A goal: our time, as a share of another client's. */
interface Goal {
  readonly count: number;
  readonly step: Step;
  readonly of: string;
  readonly share: number;
}

const GOALS: readonly Goal[] = [200, 2000].flatMap((count): Goal[] => [
  { count, step: 'create', of: 'kubectl', share: count === 200 ? 1 : 0.6 },
  { count, step: 'unchanged', of: 'kapp', share: count === 200 ? 1 : 0.45 },
  { count, step: 'one changed', of: 'kapp', share: count === 200 ? 1 : 0.45 },
  { count, step: 'diff, unchanged', of: 'kapp', share: 1 },
  { count, step: 'diff, one changed', of: 'kapp', share: 1 },
]);

/** A run of a client: from the start of its process to its end. */
interface Run {
  readonly seconds: number;
  readonly requests: number;
}

/** Runs by size, client and step. */
class Runs {
  private readonly runs = new Map<string, Run[]>();

  add(count: number, client: string, step: Step, run: Run): void {
    const key = JSON.stringify([count, client, step]);
    this.runs.set(key, [...(this.runs.get(key) ?? []), run]);
  }

  /** The median; undefined if the client cannot do the step, or is not there. */
  of(count: number, client: string, step: Step): Run | undefined {
    const runs = this.runs.get(JSON.stringify([count, client, step]));
    return runs && { seconds: median(runs.map(({ seconds }) => seconds)), requests: median(runs.map(({ requests }) => requests)) };
  }
}

/** `deploy` and `diff` beside kubectl, Helm and kapp: the same objects, one API server, one client at a time. */
export async function deployment(): Promise<string> {
  const controlPlane = await startControlPlane({ audited: [ADMINISTRATOR.name] });
  try {
    const clients = clientsOn(controlPlane);
    const runs = new Runs();
    for (const { count, rounds, slowRounds } of SIZES) {
      for (let round = 1; round <= rounds; round++) {
        for (const client of clients) {
          process.stderr.write(`${count} objects, round ${round} of ${rounds}: ${client.name}\n`);
          const steps = STEPS.filter((step) => round <= slowRounds || step === 'create' || client.repeated.includes(step));
          if (round <= slowRounds || client.repeated.length > 0) await measure(controlPlane, client, count, steps, runs);
        }
      }
    }
    const names = clients.map(({ name }) => name);
    return [
      `Seconds of the whole process, medians of ${SIZES.map(({ count, rounds }) => `${rounds} rounds (${count} objects)`).join(' and ')}; in brackets the ratio to kubectl, and the requests.`,
      ...SIZES.map(({ count }) => tableOf(count, names, runs)),
      goalsTable(runs),
    ].join('\n\n');
  } finally {
    await controlPlane.stop();
  }
}

/** One client creates, applies and compares the objects in a namespace of its own, which is empty afterwards. */
async function measure(controlPlane: ControlPlane, client: Client, count: number, steps: readonly Step[], runs: Runs): Promise<void> {
  const { kubectl, directory, audit } = controlPlane;
  const namespace = `${client.name.toLowerCase()}-${count}`;
  const folder = join(directory, namespace);
  mkdirSync(folder, { recursive: true });
  await kubectl.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const runner = runnerOf(controlPlane, client);
  let changed = false;
  for (const step of steps) {
    const isDiff = step.startsWith('diff');
    const words = isDiff ? client.diff?.(folder, namespace) : client.apply(folder, namespace);
    if (words === undefined) continue;
    if (step.endsWith('one changed')) changed = !changed;
    writeObjects(folder, namespace, count, changed);
    const before = audit.requests().length;
    const started = performance.now();
    const { code, stdout, stderr } = await runner.run(words, { seconds: TIMEOUT_SECONDS, workingDirectory: ROOT });
    const seconds = (performance.now() - started) / 1000;
    if (code !== 0 && !(isDiff && code === 1))
      throw new Error(`${client.name} ${words.join(' ')} ended with code ${code}:\n${stdout}${stderr}`);
    // A line may be written a moment after the answer.
    await new Promise((resolve) => setTimeout(resolve, 200));
    runs.add(count, client.name, step, { seconds, requests: audit.requests().length - before });
  }
  for (const kind of ['configmaps', 'secrets']) await kubectl.output(['delete', '--raw', `/api/v1/namespaces/${namespace}/${kind}`]);
  await kubectl.output(['delete', 'configmap', '--namespace', 'default', '--ignore-not-found', `third-party-platform-${namespace}`]);
}

function runnerOf(controlPlane: ControlPlane, { name, command }: Client): Runner {
  const directory = join(controlPlane.directory, `runs-${name}`);
  const environment = { PATH: process.env['PATH'], KUBECONFIG: controlPlane.kubeconfigOf(), HOME: directory, TMPDIR: directory };
  return new Runner(controlPlane.processes, command, directory, environment);
}

function tableOf(count: number, clients: readonly string[], runs: Runs): string {
  const cell = (client: string, step: Step): string => {
    const [run, kubectl] = [runs.of(count, client, step), runs.of(count, 'kubectl', step)];
    return run && kubectl ? `${run.seconds.toFixed(2)} (${(run.seconds / kubectl.seconds).toFixed(2)}; ${run.requests})` : '-';
  };
  const rows = clients.map((client) => `| ${[client, ...STEPS.map((step) => cell(client, step))].join(' | ')} |`);
  return [`| ${[`${count} objects`, ...STEPS].join(' | ')} |`, `|${'---|'.repeat(STEPS.length + 1)}`, ...rows].join('\n');
}

function goalsTable(runs: Runs): string {
  const rows = GOALS.map(({ count, step, of, share }) => {
    const [ours, other] = [runs.of(count, 'ours', step), runs.of(count, of, step)];
    const ratio = ours && other ? (ours.seconds / other.seconds).toFixed(2) : 'not measured';
    return `| ${count} objects: ${step} | ${of} | ${ratio} | ${share} |`;
  });
  return ['| our share of the time of | | ratio | at most |', '|---|---|---|---|', ...rows].join('\n');
}
