import { crdsOperatedBy } from '../../manifests/custom-resource-definition';
import { POSTGRES_OPERATOR_GROUP } from '../../manifests/data-protection/guarded';
import { releaseOf } from '../../manifests/helm-release';
import { formatKey, idOf, keyOf, type Kind, type Manifest } from '../../manifests/manifest';
import type { Cluster } from '../api/cluster';
import type { Dist } from '../dist';
import { chartOf, newestReleases, type ReleaseChart } from '../helm/release-secret';
import type { LiveObject } from '../objects/live-object';
import { isOurs } from '../objects/ownership';
import { INSTALLERS } from './handover';

const DEPLOYMENT: Kind = { apiVersion: 'apps/v1', kind: 'Deployment' };

/** The label of PGO's Deployment, whether it was installed by Helm or by Kustomize. */
const CONTROL_PLANE_LABEL = `${POSTGRES_OPERATOR_GROUP}/control-plane`;

/** A release of dist that operates a CRD. */
interface OwnRelease {
  /** The namespace of Helm's Secrets, or of its objects where there are none, and the name: `crunchy-pgo/pgo`. */
  readonly id: string;
  readonly namespace: string;
  readonly chartName: string;
  readonly version: string | undefined;
}

/** The releases of dist that operate a CRD. */
export function releasesOperating(crd: string, manifests: readonly Manifest[]): OwnRelease[] {
  const operators = manifests.filter((manifest) => crdsOperatedBy(manifest).some(({ name }) => name === crd));
  return operators.flatMap(ownRelease);
}

function ownRelease(manifest: Manifest): OwnRelease[] {
  const release = releaseOf(manifest);
  if (!release) return [];
  const { namespace, storageNamespace = namespace, name, chartName, version } = release;
  return [{ id: `${storageNamespace}/${name}`, namespace, chartName, version }];
}

/** What else on the cluster installs or runs software that uses a CRD, and is not of this environment. */
export class OtherReleases {
  private found:
    Promise<{ readonly helm: Awaited<ReturnType<typeof newestReleases>>; readonly installers: readonly LiveObject[] }> | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly dist: Dist,
  ) {}

  /** As text: `Helm release databases/pgo (chart pgo 5.8.5)`. Fails with 403 where RBAC does not let it look. */
  async using(crd: string): Promise<string[]> {
    const { helm, installers } = await (this.found ??= this.read());
    const manifests = this.dist.stages.flatMap(({ objects }) => objects);
    const inDist = new Set(manifests.map((manifest) => idOf(keyOf(manifest))));
    const isOwn = (object: LiveObject): boolean => inDist.has(idOf(keyOf(object))) || isOurs(object, this.dist.environment);
    const own = [...releasesOperating(crd, manifests), ...releasesOperating(crd, installers.filter(isOwn))];
    const ids = new Set(own.map(({ id }) => id));
    const charts = new Set(own.map(({ chartName }) => chartName));
    const releases = [...helm].flatMap(([id, revision]) => {
      if (ids.has(id) || revision.status === 'uninstalled') return [];
      const chart = chartOf(revision);
      const uses = chart && (charts.has(chart.name) || chart.crdFiles.some((text) => namesCrd(text, crd)));
      return uses ? [{ id, text: describe(id, chart) }] : [];
    });
    const objects = installers.filter((installer) => !isOwn(installer) && charts.has(releaseOf(installer)?.chartName ?? ''));
    const known = new Set([...ids, ...releases.map(({ id }) => id)]);
    const deployments = (await this.operatorsOf(crd)).filter((deployment) => {
      const id = releaseIdOf(deployment);
      if (id !== undefined) return !known.has(id);
      return !isOwn(deployment) && !own.some(({ namespace }) => namespace === deployment.metadata.namespace);
    });
    return [...releases.map(({ text }) => text), ...[...objects, ...deployments].map((object) => formatKey(keyOf(object)))];
  }

  /** The releases, also ours, whose chart has a CRD in crds/. */
  async shipping(crd: string): Promise<string[]> {
    const { helm } = await (this.found ??= this.read());
    return [...helm].flatMap(([id, revision]) => {
      const chart = chartOf(revision);
      return chart?.crdFiles.some((text) => namesCrd(text, crd)) ? [describe(id, chart)] : [];
    });
  }

  private async read(): Promise<{ helm: Awaited<ReturnType<typeof newestReleases>>; installers: LiveObject[] }> {
    const [helm, ...installers] = await Promise.all([newestReleases(this.cluster), ...INSTALLERS.map((kind) => this.cluster.list(kind))]);
    return { helm, installers: installers.flat() };
  }

  /** Running operators of the CRD, as far as they can be recognized. */
  private async operatorsOf(crd: string): Promise<readonly LiveObject[]> {
    if (!crd.endsWith(`.${POSTGRES_OPERATOR_GROUP}`)) return [];
    return this.cluster.list(DEPLOYMENT, { labels: CONTROL_PLANE_LABEL });
  }
}

function releaseIdOf({ metadata: { annotations = {}, namespace = 'default' } }: Manifest): string | undefined {
  const name = annotations['meta.helm.sh/release-name'];
  return name === undefined ? undefined : `${annotations['meta.helm.sh/release-namespace'] ?? namespace}/${name}`;
}

function describe(id: string, { name, version }: ReleaseChart): string {
  return `Helm release ${id} (chart ${name} ${version})`;
}

function namesCrd(text: string, crd: string): boolean {
  return new RegExp(`^  name: ["']?${crd.replaceAll('.', '\\.')}["']?\\s*$`, 'm').test(text);
}
