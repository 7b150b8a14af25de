import { type Manifest, formatKey, keyOf } from '../../manifests/manifest';
import { CrdTakeover } from './crd-takeover';
import { contractOf } from '../../manifests/contract';
import { isNamespace, isSameObject } from '../../manifests/custom-resource-definition';
import { commandLine } from '../cli/command-line';
import type { Cluster } from '../api/cluster';
import type { Dist } from '../dist';
import { releaseOf } from '../../manifests/helm-release';
import type { Inventory } from '../inventory';
import type { LiveObject } from '../objects/live-object';
import { withDefaultNamespace } from '../objects/live';
import { isAppliedByDeploy, isCreatedAfter, isOurs, ownerOf, reasonNotOurs } from '../objects/ownership';
import { CommandProblem } from '../problem';

/**
 * What to do with a manifest: apply it; adopt the existing object, which overwrites fields of others and is recorded; take over a CRD that a chart has
 * installed, which overwrites fields of others and makes it ours; use the existing namespace without changing it; or refuse, because the existing object
 * is not ours.
 */
export type Decision = { readonly action: 'apply' | 'adopt' | 'takeOver' | 'use' } | { readonly action: 'refuse'; readonly reason: string };

export interface OwnershipOptions {
  /** Objects that may be adopted: `ConfigMap cvat/one`. */
  readonly adopt: readonly string[];
  /** The environment whose objects become those of dist's environment. */
  readonly renameFrom?: string | undefined;
}

/** Decides whether an object of dist may be applied. Only objects that are ours are changed. */
export class OwnershipCheck {
  private readonly crds: CrdTakeover;

  constructor(
    private readonly cluster: Cluster,
    private readonly dist: Dist,
    private readonly inventory: Inventory,
    private readonly options: OwnershipOptions,
    private readonly context?: string,
  ) {
    this.crds = new CrdTakeover(cluster, dist, context);
  }

  /** The manifest must have its namespace; `live` is the object that has its key now. */
  async decide(manifest: Manifest, live: LiveObject | undefined): Promise<Decision> {
    if (!live) return { action: 'apply' };
    const name = formatKey(keyOf(manifest));
    if (this.isAccepted(live)) return this.applyRelease('apply', manifest, live);
    if (this.options.adopt.includes(name)) return this.applyRelease('adopt', manifest, live);
    if (await this.isMadeByOurs(live)) return { action: 'apply' };
    if (isNamespace(manifest)) return { action: 'use' };
    const refusals = await this.crds.refusals(manifest, live);
    if (refusals) return refusals.length === 0 ? { action: 'takeOver' } : { action: 'refuse', reason: refusals.join(' ') };
    const adopt = this.command('deploy', '--adopt', `"${name}"`);
    return {
      action: 'refuse',
      reason: `exists and is not ours: ${reasonNotOurs(live, this.dist.environment) ?? ''} (${ownerOf(live)}). To adopt it, run: ${adopt}`,
    };
  }

  /** Fails when an object of --adopt is not in dist. */
  async checkAdopted(): Promise<void> {
    const objects = await Promise.all(
      this.dist.stages.flatMap(({ objects }) => objects).map((object) => withDefaultNamespace(this.cluster, object)),
    );
    const names = new Set(objects.map((object) => formatKey(keyOf(object))));
    const unknown = this.options.adopt.filter((name) => !names.has(name));
    if (unknown.length === 0) return;
    throw new CommandProblem(
      `--adopt: must be an object of ${this.dist.folder}, as "Kind namespace/name" or "Kind name"; got ${unknown.map((name) => `"${name}"`).join(', ')}.`,
    );
  }

  private isAccepted(live: LiveObject): boolean {
    const { dist, inventory, options } = this;
    if (inventory.noteOf(keyOf(live)) === 'adopted' || isOurs(live, dist.environment)) return true;
    if (options.renameFrom !== undefined && isOurs(live, options.renameFrom)) return true;
    const hasLostLabel = reasonNotOurs(live, dist.environment)?.startsWith('has no label') ?? false;
    return hasLostLabel && isAppliedByDeploy(live) && inventory.has(keyOf(live));
  }

  /** The controllers would install a second release and leave the first one running. */
  private applyRelease(action: 'apply' | 'adopt', manifest: Manifest, live: LiveObject): Decision {
    const [wanted, installed] = [releaseOf(manifest), releaseOf(live)];
    if (!wanted || !installed) return { action };
    if (
      wanted.name === installed.name &&
      wanted.namespace === installed.namespace &&
      wanted.storageNamespace === installed.storageNamespace
    )
      return { action };
    const stage =
      this.dist.stages.find(({ objects }) => objects.some((object) => formatKey(keyOf(object)) === formatKey(keyOf(manifest))))?.name ?? '';
    // Destroy keeps what is adopted.
    const isAdopted = action === 'adopt' || this.inventory.noteOf(keyOf(live)) === 'adopted';
    const { namespace = 'default', name } = live.metadata;
    const uninstall = isAdopted
      ? `kubectl -n ${namespace} delete ${live.kind.toLowerCase()} ${name}`
      : this.command('destroy', '--stage', stage);
    return {
      action: 'refuse',
      reason:
        `release name and namespaces must not change, because the old release would keep running; got ${wanted.namespace}/${wanted.name}, ` +
        `installed as ${installed.namespace}/${installed.name}. Uninstall the old release and deploy again: ${uninstall}`,
    };
  }

  /** PGO creates the Secret of a database user, and a release its CRDs, before or after we apply them: their maker is ours and older. */
  private async isMadeByOurs(live: LiveObject): Promise<boolean> {
    const { cluster, dist } = this;
    for (const object of dist.stages.flatMap(({ objects }) => objects)) {
      if (!contractOf(object).makes?.some((made) => isSameObject(made, keyOf(live)))) continue;
      const maker = await cluster.get(keyOf(await withDefaultNamespace(cluster, object)));
      if (maker && this.isAccepted(maker) && isCreatedAfter(live, maker)) return true;
    }
    return false;
  }

  private command(command: 'deploy' | 'destroy', ...words: readonly string[]): string {
    return commandLine(command, this.dist, this.context, ...words);
  }
}

/** Whether the fields that others have set are overwritten. */
export function isForced({ action }: Decision): boolean {
  return action === 'adopt' || action === 'takeOver';
}
