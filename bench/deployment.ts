import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENVIRONMENT_LABEL } from '../manifests/contract';
import type { AuditedRequest } from '../test/e2e/harness/audit';
import { type ControlPlane, startControlPlane } from '../test/e2e/harness/control-plane';
import { ADMINISTRATOR } from '../test/e2e/harness/credentials';
import { tailOf } from '../test/e2e/harness/processes';
import { ROOT } from '../test/e2e/harness/dist';
import { median } from './median';

const COUNTS = [200, 2000];
const ROUNDS = 5;

/** A run of one of the two programs. */
interface Run {
  readonly requests: number;
  /** From when the API server got the first request until it had answered the last. */
  readonly betweenSeconds: number;
  readonly processSeconds: number;
}

type Program = (controlPlane: ControlPlane, folder: string) => Promise<void>;

/**
 * `deploy` of an unchanged folder, beside `kubectl apply --server-side -f` of the same folder on the same cluster. Both take turns. When the API server
 * got the requests is what its own audit log says.
 */
export async function deployment(): Promise<string> {
  const controlPlane = await startControlPlane({ audited: [ADMINISTRATOR.name] });
  try {
    const rows: string[] = [];
    for (const count of COUNTS) {
      const folder = writeFolder(controlPlane.directory, count);
      const [kubectl, deploy]: Run[][] = [[], []];
      for (let round = 0; round <= ROUNDS; round++) {
        process.stderr.write(`${count} objects, round ${round} of ${ROUNDS}\n`);
        const runs = [
          await measured(controlPlane, folder, byKubectl, 'kubectl'),
          await measured(controlPlane, folder, byDeploy, 'third-party-platform'),
        ];
        if (round === 0) continue; // the first round makes the objects
        if (runs[0]) kubectl?.push(runs[0]);
        if (runs[1]) deploy?.push(runs[1]);
      }
      rows.push(row(`${count} objects: \`kubectl apply --server-side\``, kubectl ?? [], kubectl ?? []));
      rows.push(row(`${count} objects: \`npm run deploy\``, deploy ?? [], kubectl ?? [], count === 200 ? '1' : '0.5'));
    }
    return `Medians of ${ROUNDS} rounds, on a cluster that is as dist says.

| | requests | seconds from the first to the last | ratio | budget | seconds of the whole process | ratio |
|---|---|---|---|---|---|---|
${rows.join('\n')}`;
  } finally {
    await controlPlane.stop();
  }
}

function row(name: string, runs: readonly Run[], against: readonly Run[], budget = ''): string {
  const of = (which: keyof Run, all: readonly Run[]): number => median(all.map((run) => run[which]));
  const ratio = (which: keyof Run): string => (of(which, runs) / of(which, against)).toFixed(2);
  const seconds = (which: keyof Run): string => of(which, runs).toFixed(2);
  return `| ${name} | ${of('requests', runs)} | ${seconds('betweenSeconds')} | ${ratio('betweenSeconds')} | ${budget} | ${seconds('processSeconds')} | ${ratio('processSeconds')} |`;
}

async function measured(controlPlane: ControlPlane, folder: string, program: Program, userAgent: string): Promise<Run> {
  const before = requestsOf(controlPlane, userAgent).length;
  const started = performance.now();
  await program(controlPlane, folder);
  const processSeconds = (performance.now() - started) / 1000;
  // A line may be written a moment after the answer.
  await new Promise((resolve) => setTimeout(resolve, 200));
  const requests = requestsOf(controlPlane, userAgent).slice(before);
  return { requests: requests.length, betweenSeconds: between(requests), processSeconds };
}

function requestsOf({ audit }: ControlPlane, userAgent: string): AuditedRequest[] {
  return audit.requests().filter((request) => request.userAgent?.startsWith(userAgent));
}

function between(requests: readonly AuditedRequest[]): number {
  const received = requests.map(({ requestReceivedTimestamp }) => Date.parse(requestReceivedTimestamp));
  const answered = requests.map(({ stageTimestamp }) => Date.parse(stageTimestamp));
  return (
    (answered.reduce((latest, time) => Math.max(latest, time), 0) - received.reduce((first, time) => Math.min(first, time), Infinity)) /
    1000
  );
}

async function byKubectl({ kubectl }: ControlPlane, folder: string): Promise<void> {
  await kubectl.output(['apply', '--server-side', '-f', folder], { seconds: 300 });
}

async function byDeploy(controlPlane: ControlPlane, folder: string): Promise<void> {
  const { processes, directory } = controlPlane;
  const log = join(directory, 'deploy.log');
  const program = await processes.start({
    command: process.execPath,
    arguments: [join(ROOT, 'scripts', 'cluster.js'), 'deploy', folder],
    environment: { HOME: directory, KUBECONFIG: controlPlane.kubeconfigOf() },
    standardOutput: log,
    standardError: log,
  });
  const { code } = await program.ended();
  if (code !== 0) throw new Error(`deploy ended with code ${code}:\n${tailOf(log)}`);
}

/** One stage of ConfigMaps of an ordinary size. */
function writeFolder(directory: string, count: number): string {
  const folder = join(directory, `dist-${count}`);
  mkdirSync(folder);
  const objects = Array.from({ length: count }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `measured-${count}-${index}`, namespace: 'default', labels: { [ENVIRONMENT_LABEL]: `bench-${count}` } },
    data: { 'settings.conf': `number = ${index}\n`.repeat(20) },
  }));
  // JSON is YAML, too.
  writeFileSync(join(folder, '10-many.k8s.yaml'), objects.map((object) => `---\n${JSON.stringify(object)}\n`).join(''));
  return folder;
}
