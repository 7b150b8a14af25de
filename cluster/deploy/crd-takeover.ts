import { ENVIRONMENT_LABEL, RELEASES_ANNOTATION } from '../../manifests/contract';
import { isCrd } from '../../manifests/custom-resource-definition';
import { formatKey, keyOf, type Manifest } from '../../manifests/manifest';
import { crdChanges } from '../../manifests/schema/crd-change';
import { isCode } from '../api/api-error';
import type { Cluster } from '../api/cluster';
import { commandLine } from '../cli/command-line';
import type { Dist } from '../dist';
import type { LiveObject } from '../objects/live-object';
import { HELM_MANAGERS, ownerOf } from '../objects/ownership';
import { OtherReleases, releasesOperating } from './other-releases';

/** How many fields a reason names. */
const NAMED = 3;

/**
 * Decides whether a CRD that a chart has installed becomes ours: if it declares nothing that the CRD of dist does not, and no release but ours uses it.
 * Helm does not upgrade the CRDs of a chart.
 */
export class CrdTakeover {
  private readonly others: OtherReleases;

  constructor(
    cluster: Cluster,
    private readonly dist: Dist,
    private readonly context?: string,
  ) {
    this.others = new OtherReleases(cluster, dist);
  }

  /** Undefined if the object is no CRD of a chart, or that of another environment; otherwise why it is not taken over, empty if it is. */
  async refusals(manifest: Manifest, live: LiveObject): Promise<string[] | undefined> {
    if (!isCrd(manifest) || !isOfChart(live) || this.isOfOtherEnvironment(live)) return undefined;
    const reasons = await this.reasons(manifest, live);
    if (reasons.length === 0) return [];
    const adopt = commandLine('deploy', this.dist, this.context, '--adopt', `"${formatKey(keyOf(manifest))}"`);
    return [
      `exists, was installed with a chart (${ownerOf(live)}), and is not taken over: ${reasons.join(' ')} To adopt it nevertheless, run: ${adopt}`,
    ];
  }

  /** Its release may not be installed yet, or no longer. */
  private isOfOtherEnvironment({ metadata: { labels = {} } }: LiveObject): boolean {
    return ![undefined, this.dist.environment].includes(labels[ENVIRONMENT_LABEL]);
  }

  private async reasons(manifest: Manifest, live: LiveObject): Promise<string[]> {
    try {
      return [...(await this.newer(manifest, live)), ...(await this.usedByOthers(manifest))];
    } catch (error) {
      if (!isCode(error, 403)) throw error;
      return [`whether another release uses it cannot be checked (${error.message}).`];
    }
  }

  private async newer(manifest: Manifest, live: LiveObject): Promise<string[]> {
    const removed = crdChanges(live, manifest).filter(({ type }) => type === 'removed' || type === 'unserved');
    if (removed.length === 0) return [];
    const names = [...new Set(removed.map(({ version, field }) => (field === '' ? `version ${version}` : `${field} (${version})`)))];
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
    const shipping = await this.others.shipping(manifest.metadata.name);
    const origin = shipping.length === 0 ? 'of an unknown version' : `of ${shipping.join(' or ')}`;
    return [
      `it is newer than the CRD of dist, or of another line: it is ${origin}, that of dist is of ${this.versionOf(manifest)}, ` +
        `and only it declares ${names.slice(0, NAMED).join(', ')}${more}. Set the version in the environment to the one that installed it.`,
    ];
  }

  private async usedByOthers(manifest: Manifest): Promise<string[]> {
    const others = await this.others.using(manifest.metadata.name);
    if (others.length === 0) return [];
    return [
      `${others.join(' and ')} ${others.length === 1 ? 'uses' : 'use'} it, too; dist is of ${this.versionOf(manifest)}. ` +
        'Uninstall the other one first (its CRDs and custom resources stay), or remove this one from the environment.',
    ];
  }

  /** The releases that the CRD of dist is for, as its annotation says, or else the release in dist that operates it. */
  private versionOf({ metadata: { name, annotations = {} } }: Manifest): string {
    const [release] = releasesOperating(
      name,
      this.dist.stages.flatMap(({ objects }) => objects),
    );
    const version = annotations[RELEASES_ANNOTATION] ?? release?.version ?? 'an unknown version';
    return release === undefined ? version : `${release.chartName} ${version}`;
  }
}

/**
 * Whether something that installs charts has set fields of an object. Argo CD applies what it has rendered. What Flux applies from git is that of others,
 * because ours has our label, and it would be applied again.
 */
function isOfChart({ metadata: { annotations = {}, managedFields = [] } }: LiveObject): boolean {
  const managers = managedFields.flatMap(({ manager, subresource }) => (subresource === undefined ? [manager] : []));
  if (managers.includes('kustomize-controller')) return false;
  return annotations['meta.helm.sh/release-name'] !== undefined || managers.some((manager) => INSTALLING_MANAGERS.includes(manager));
}

const INSTALLING_MANAGERS = [...HELM_MANAGERS, 'argocd-controller'];
