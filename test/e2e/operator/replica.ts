import { readFileSync } from 'node:fs';
import { type RunningProgram, tailOf } from '../harness/processes';
import { until } from '../harness/until';

/** A replica, as a process. */
export class Operator {
  constructor(
    readonly program: RunningProgram,
    readonly port: number,
    private readonly logFile: string,
  ) {}

  log(lines = 400): string {
    return tailOf(this.logFile, lines);
  }

  async answer(path: string): Promise<{ readonly status: number; readonly text: string } | undefined> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.port}${path}`);
      return { status: response.status, text: await response.text() };
    } catch {
      return undefined;
    }
  }

  async metric(name: string): Promise<number> {
    const { text = '' } = (await this.answer('/metrics')) ?? {};
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
    return Number(line?.slice(name.length + 1) ?? NaN);
  }

  /** What it has asked the API server for, in the words of RBAC, and how often; with a status, only what was answered so. */
  async requests(wanted?: number): Promise<ReadonlyMap<string, number>> {
    const { text = '' } = (await this.answer('/metrics')) ?? {};
    const lines = text.matchAll(/^app_user_operator_kubernetes_requests_total\{verb="(.*?)",resource="(.*?)",status="(.*?)"\} (\d+)/gm);
    const counts = new Map<string, number>();
    for (const [, verb = '', resource = '', status, count] of lines) {
      const name = `${verb} ${resource}`;
      if (wanted === undefined || Number(status) === wanted) counts.set(name, (counts.get(name) ?? 0) + Number(count));
    }
    return counts;
  }

  async leads(): Promise<void> {
    await until('this replica leads', async () => (await this.metric('app_user_operator_leading')) === 1);
  }

  /** Two resyncs later: what there was before was seen. */
  async resynced(): Promise<void> {
    // Before the first, the metric is not there yet.
    const resyncs = async (): Promise<number> => (await this.metric('app_user_operator_resyncs_total{result="success"}')) || 0;
    const before = await resyncs();
    await until('there were two resyncs', async () => (await resyncs()) >= before + 2);
  }

  /** The largest resident set that the process had, in MiB. */
  get peakMemory(): number {
    const status = readFileSync(`/proc/${this.program.pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? NaN) / 1024;
  }
}
