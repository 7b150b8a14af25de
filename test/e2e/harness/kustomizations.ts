import type { Manifest } from '../../../manifests/manifest';
import { compareStages } from '../../../manifests/stage';
import type { Kubectl } from './kubectl';
import { until } from './until';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export interface Kustomization extends Manifest {
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly lastAppliedRevision?: string;
    /** What it has applied: `namespace_name_group_kind`. */
    readonly inventory?: { readonly entries: readonly { readonly id: string }[] };
    /** The last results, the newest first. */
    readonly history?: readonly { readonly firstReconciled: string; readonly lastReconciledStatus: string }[];
  };
}

function readyOf({ status }: Kustomization): Condition | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

/** When it was ready for the first time. The condition has the last time: Flux sets it to Unknown each time that it applies a stage again. */
export function firstReadyAt({ status }: Kustomization): number {
  const succeeded = status?.history?.filter(({ lastReconciledStatus }) => lastReconciledStatus === 'ReconciliationSucceeded');
  return Date.parse(succeeded?.at(-1)?.firstReconciled ?? '');
}

/** The Kustomizations of an environment's stages. */
export class Kustomizations {
  constructor(
    private readonly kubectl: Kubectl,
    private readonly environment: string,
  ) {}

  /** In the order of the stages. */
  async list(): Promise<readonly Kustomization[]> {
    const { items } = await this.kubectl.get<{ items: Kustomization[] }>('kustomizations', '-n', 'flux-system');
    return items
      .filter(({ metadata }) => metadata.name.startsWith(`${this.environment}-`))
      .sort((one, other) => compareStages(one.metadata.name, other.metadata.name));
  }

  /** `trial-30-postgres True`, or the reason instead of `True`. */
  async states(): Promise<string[]> {
    return (await this.list()).map((each) => {
      const ready = readyOf(each);
      return `${each.metadata.name} ${ready?.status === 'True' ? 'True' : ready?.reason}`;
    });
  }

  /** What Flux says about one. */
  async message(name: string): Promise<string> {
    const found = (await this.list()).find(({ metadata }) => metadata.name === name);
    return (found && readyOf(found)?.message) ?? '';
  }

  /** Waits until every stage of this commit is ready. */
  async ready(commit: string): Promise<void> {
    const isReady = (each: Kustomization): boolean =>
      readyOf(each)?.status === 'True' && (each.status?.lastAppliedRevision ?? '').endsWith(commit);
    try {
      await until('the commit is applied, and every stage is ready', async () => (await this.list()).every(isReady), { seconds: 300 });
    } catch (error) {
      throw new Error(`${String(error)}\n${(await this.states()).join('\n')}`, { cause: error });
    }
  }

  /** `flux reconcile kustomization`: waits until Flux has tried. */
  async reconcile(name: string): Promise<void> {
    const what = ['kustomization', name, '-n', 'flux-system'];
    const token = String(Date.now());
    await this.kubectl.output(['annotate', ...what, '--overwrite', `reconcile.fluxcd.io/requestedAt=${token}`]);
    const handled = ['get', ...what, '-o', 'jsonpath={.status.lastHandledReconcileAt}'];
    await until(`${name} is reconciled`, async () => (await this.kubectl.output(handled)) === token);
  }
}
