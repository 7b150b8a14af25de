import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ChartServer } from './chart-server';
import type { ControlPlane } from './control-plane';
import { GitServer } from './git-server';
import { startRegistry } from './registry';

/** Where charts can be fetched from, on the loopback address: an HTTP repository, a registry, and a git server. */
export class ChartSources {
  private readonly archives: string;

  private constructor(
    private readonly controlPlane: ControlPlane,
    private readonly http: ChartServer,
    private readonly registry: string,
    readonly git: GitServer,
  ) {
    this.archives = mkdtempSync(join(controlPlane.directory, 'repository-'));
  }

  static async start(controlPlane: ControlPlane): Promise<ChartSources> {
    const { directory, processes } = controlPlane;
    return new ChartSources(controlPlane, await ChartServer.start(), await startRegistry(processes), await GitServer.start(directory));
  }

  /** The address of the HTTP repository. */
  get repository(): string {
    return this.http.url;
  }

  /** The address of a chart in the registry. */
  ociOf(chart: string): string {
    return `oci://${this.registry}/charts/${chart}`;
  }

  /** Packages a chart's folder and puts it into the HTTP repository and the registry; returns its digest there. */
  publish(folder: string): string {
    const packaged = /saved it to: (.*)$/m.exec(this.helm('package', folder, '--destination', this.archives))?.[1] ?? '';
    this.helm('repo', 'index', this.archives);
    for (const file of ['index.yaml', basename(packaged)]) this.http.files.set(`/${file}`, readFileSync(join(this.archives, file)));
    const pushed = this.helm('push', packaged, this.ociOf('').slice(0, -1), '--plain-http');
    return /^Digest: (\S+)$/m.exec(pushed)?.[1] ?? '';
  }

  async stop(): Promise<void> {
    this.git.stop();
    await this.http.stop();
  }

  private helm(...args: readonly string[]): string {
    const { directory } = this.controlPlane;
    const environment = { PATH: process.env['PATH'], HOME: directory, HELM_REGISTRY_CONFIG: join(directory, 'registry.json') };
    // `helm push` reports on standard error.
    return execFileSync('/bin/sh', ['-c', '"$0" "$@" 2>&1', this.controlPlane.program('helm'), ...args], {
      env: environment,
      encoding: 'utf8',
    });
  }
}
