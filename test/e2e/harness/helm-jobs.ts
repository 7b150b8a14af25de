/**
 * Stands in for the Pods of the Jobs by which k3s' Helm controller installs and deletes releases: nothing here can run their image. The
 * controller's Jobs and their Pods are real, and so are Helm, the identity (the Job's ServiceAccount), and the releases that come of it.
 *
 * The decisions are those of klipper-helm's entry script (0.13, https://github.com/k3s-io/klipper-helm/blob/master/entry): nothing is done to a
 * release whose revision is not the one that the controller saw; a failed release is left alone (abort), upgraded (retry) or installed again
 * (reinstall); retry never fails an upgrade's Job; the Job's hash goes onto the release's Secret. As for the kubelet: a failed container starts
 * again, and the Pod tells how often and why.
 *
 * Left out: the network (charts come from the fixtures, or from chartContent), authentication at registries, the recovery of a release that is
 * pending, and Helm 4, which k3s has by now: its server-side apply, and with it serverSide and forceConflicts. Restarts come after half a second,
 * not after ten seconds and more. A Helm whose Pod is deleted goes on to its end, for which the next Pod of the same chart waits: with a kubelet
 * the Pod would stay for that time, half a minute at most.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Api, FROM_MEMORY, isPassing } from './api';
import { CHARTS, type FixtureChart } from './charts';
import type { ControlPlane } from './control-plane';
import { HelmEntry } from './helm-entry';
import { Loop } from './loop';
import { type Ended, ended, type Pod, running } from './pod-status';
import { until } from './until';

export const CHART_LABEL = 'helmcharts.helm.cattle.io/chart';
const RESTART_MILLISECONDS = 500;

interface Play {
  readonly chart: string;
  /** Its Pod is still there. */
  isAlive: boolean;
  /** Its Helm runs. */
  isBusy: boolean;
}

export class HelmJobs {
  private readonly api: Api;
  private readonly loop: Loop;
  private readonly directory: string;
  /** What has been seen, by the uid of its Pod. */
  private readonly plays = new Map<string, Play>();
  private stopping = false;
  private failure: unknown;

  constructor(
    private readonly controlPlane: ControlPlane,
    private readonly charts: Readonly<Record<string, FixtureChart>> = CHARTS,
  ) {
    this.api = new Api(controlPlane.kubeconfigOf());
    this.directory = join(controlPlane.directory, 'helm');
    mkdirSync(this.directory, { recursive: true });
    this.loop = new Loop(() => this.round());
  }

  /** A Helm that still runs ends with the control plane. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.loop.stop();
    this.api.close();
  }

  private async round(): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    const pods = (await this.api.list<Pod>('/api/v1/pods', { ...FROM_MEMORY, labelSelector: CHART_LABEL })).filter(
      ({ metadata }) => metadata.deletionTimestamp === undefined,
    );
    for (const [uid, play] of this.plays) play.isAlive = pods.some(({ metadata }) => metadata.uid === uid);
    for (const pod of pods) {
      const { uid, namespace, labels } = pod.metadata;
      const chart = `${namespace}/${labels?.[CHART_LABEL]}`;
      const others = [...this.plays.values()].filter((play) => play.chart === chart);
      if (this.plays.has(uid) || others.some(({ isAlive, isBusy }) => !isAlive && isBusy)) continue;
      const play = { chart, isAlive: true, isBusy: true };
      this.plays.set(uid, play);
      void this.play(pod, play).catch((error: unknown) => (this.failure = error));
    }
  }

  /** What the kubelet does for a Pod with `restartPolicy: OnFailure`. */
  private async play(pod: Pod, play: Play): Promise<void> {
    let last: Ended | undefined;
    for (let restarts = 0; !this.stopping; restarts++) {
      play.isBusy = await this.tell(pod, running(pod, { ready: true, restarts, ...(last && { last }) }));
      if (!play.isBusy) return;
      last = await this.work(pod);
      play.isBusy = false;
      if (last.exitCode === 0) return void (await this.tell(pod, ended(pod, last, restarts)));
      await new Promise((resolve) => setTimeout(resolve, RESTART_MILLISECONDS).unref());
    }
  }

  /** Whether the Pod still exists. */
  private async tell({ metadata }: Pod, status: object): Promise<boolean> {
    const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
    const written = await until(`the status of ${metadata.name} is written`, async () => {
      const found = await this.unlessPassing(() => this.api.get<Pod>(path));
      if (found === 'later') return this.stopping ? 'gone' : undefined;
      if (found === undefined || found.metadata.uid !== metadata.uid || found.metadata.deletionTimestamp !== undefined) return 'gone';
      return (await this.unlessPassing(() => this.api.patch(`${path}/status`, { status }))) === 'later' ? undefined : 'written';
    });
    return written === 'written';
  }

  private async unlessPassing<Answer>(ask: () => Promise<Answer>): Promise<Answer | 'later'> {
    try {
      return await ask();
    } catch (error) {
      if (isPassing(error)) return 'later';
      throw error;
    }
  }

  private async work(pod: Pod): Promise<Ended> {
    const folder = mkdtempSync(join(this.directory, 'job-'));
    try {
      return await new HelmEntry(pod, folder, this.api, this.controlPlane, this.charts).run();
    } catch (error) {
      if (isPassing(error)) return { exitCode: 1, message: String(error) };
      throw error;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
