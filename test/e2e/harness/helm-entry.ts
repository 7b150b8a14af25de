import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Api, Live } from './api';
import { assemble, type FixtureChart } from './charts';
import type { ControlPlane } from './control-plane';
import { kubeconfig } from './credentials';
import type { Ended, Pod } from './pod-status';
import { Runner } from './run';

const HASH_LABEL = 'helmcharts.helm.cattle.io/configHash';

interface Data extends Live {
  readonly data?: Readonly<Record<string, string>>;
}

interface Release {
  readonly revision: string;
  readonly status: string;
}

/** One run of the script in a Pod of helm-jobs.ts, where it says what of the script is here and what is not. */
export class HelmEntry {
  private readonly environment: ReadonlyMap<string, string>;
  private readonly command: readonly string[];
  private readonly name: string;
  private readonly namespace: string;
  private output = '';

  constructor(
    private readonly pod: Pod,
    /** For values, charts and credentials. */
    private readonly folder: string,
    private readonly api: Api,
    private readonly controlPlane: ControlPlane,
    private readonly charts: Readonly<Record<string, FixtureChart>>,
  ) {
    const [container] = pod.spec.containers;
    this.environment = new Map((container?.env ?? []).map(({ name, value = '' }) => [name, value]));
    this.command = container?.args ?? [];
    this.name = this.variable('NAME');
    this.namespace = this.variable('TARGET_NAMESPACE');
  }

  async run(): Promise<Ended> {
    const exitCode = await this.act(await this.helm());
    return { exitCode, message: this.output };
  }

  private async act(helm: Runner): Promise<number> {
    const filter = ['--all', '--filter', `^${this.name}$`, '--namespace', this.namespace];
    const { code, stdout, stderr } = await helm.run(['list', ...filter, '--output', 'json']);
    if (code !== 0) return this.say(code, stderr);
    const [release] = JSON.parse(stdout) as Release[];
    return this.command[0] === 'delete' ? this.uninstall(helm, release) : this.install(helm, release);
  }

  private async uninstall(helm: Runner, release: Release | undefined): Promise<number> {
    if (release === undefined) return this.say(0, 'No release of that name is installed; nothing to delete');
    // Whether that succeeds, the controller looks for itself.
    await this.call(helm, 'uninstall', this.name, '--namespace', this.namespace, '--wait');
    return 0;
  }

  private async install(helm: Runner, release: Release | undefined): Promise<number> {
    const expected = this.variable('EXPECTED_RELEASE_REVISION');
    const revision = release?.revision ?? '0';
    if (revision !== expected) return this.say(0, `The release's revision is ${revision}, and not ${expected}; nothing is done`);
    const chart = await this.chart();
    if (chart === undefined) return this.say(1, `Error: ${this.reference}: not found`);
    const what = [this.name, chart, ...this.command.slice(1), ...(await this.values()), ...this.options()];
    if (release === undefined) return this.call(helm, 'install', ...what);
    const policy = this.variable('FAILURE_POLICY');
    if (release.status === 'failed' && policy === 'abort') {
      return this.say(1, "Release status is 'failed' and failure policy is 'abort'; waiting for operator intervention");
    }
    if (release.status === 'failed' && policy === 'reinstall') {
      await this.call(helm, 'uninstall', this.name, '--namespace', this.namespace, '--wait');
      return this.call(helm, 'install', ...what);
    }
    const exitCode = await this.call(helm, 'upgrade', ...what);
    return policy === 'retry' ? 0 : exitCode;
  }

  private options(): string[] {
    const timeout = this.environment.get('TIMEOUT');
    return [`--labels=${HASH_LABEL}=${this.variable('CONFIG_HASH')}`, ...(timeout === undefined ? [] : ['--timeout', timeout])];
  }

  /** The folder or archive of the chart; nothing when no fixture takes its place. */
  private async chart(): Promise<string | undefined> {
    const { namespace } = this.pod.metadata;
    const content = await this.api.get<Data>(`/api/v1/namespaces/${namespace}/configmaps/chart-content-${this.name}`);
    const archive = content?.data?.[`${this.name}.tgz.base64`];
    if (archive !== undefined) return this.file('chart.tgz', Buffer.from(archive, 'base64'));
    const fixture = this.charts[this.reference];
    return fixture && assemble(fixture, this.variable('VERSION'), this.folder);
  }

  /** A chart of a repository is `release/chart` to the script, which has added the repository by the name of the release. */
  private get reference(): string {
    const repository = this.variable('REPO').replace(/\/$/, '');
    const chart = this.variable('CHART');
    return repository === '' ? chart : `${repository}/${chart.slice(this.name.length + 1)}`;
  }

  /** The files of the Pod's volume `values`, in the order of their names. */
  private async values(): Promise<string[]> {
    const files = new Map<string, Buffer>();
    const sources = this.pod.spec.volumes?.find(({ name }) => name === 'values')?.projected?.sources ?? [];
    for (const { secret } of sources) {
      const held = await this.api.get<Data>(`/api/v1/namespaces/${this.pod.metadata.namespace}/secrets/${secret?.name}`);
      for (const { key, path } of secret?.items ?? []) files.set(path, Buffer.from(held?.data?.[key] ?? '', 'base64'));
    }
    const names = [...files.keys()].filter((path) => path.endsWith('.yaml')).sort();
    return names.flatMap((name) => ['--values', this.file(name, files.get(name) ?? Buffer.of())]);
  }

  /** Helm as the Job's ServiceAccount. */
  private async helm(): Promise<Runner> {
    const account = this.pod.spec.serviceAccountName ?? 'default';
    const { status } = await this.api.create<{ status: { token: string } }>(
      `/api/v1/namespaces/${this.pod.metadata.namespace}/serviceaccounts/${account}/token`,
      { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    );
    const { server, authority, processes } = this.controlPlane;
    const identity = this.file('kubeconfig', Buffer.from(kubeconfig(server, authority, account, status.token)));
    return new Runner(processes, this.controlPlane.program('helm'), this.folder, {
      PATH: process.env['PATH'],
      HOME: this.folder,
      TMPDIR: this.folder,
      KUBECONFIG: identity,
      HELM_DRIVER: this.variable('HELM_DRIVER'),
    });
  }

  private async call(helm: Runner, ...args: readonly string[]): Promise<number> {
    const { code, stdout, stderr } = await helm.run(args, { seconds: 600 });
    return this.say(code, `${stdout}${stderr}`.trim());
  }

  private say(exitCode: number, message: string): number {
    this.output += `${message}\n`;
    return exitCode;
  }

  private variable(name: string): string {
    return this.environment.get(name) ?? '';
  }

  private file(name: string, content: Buffer): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }
}
