import { crdsOperatedBy } from '../../manifests/custom-resource-definition';
import { POSTGRES_OPERATOR_GROUP } from '../../manifests/data-protection/guarded';
import { type FindObject, type InstalledRelease, releaseOf } from '../../manifests/helm-release';
import { formatKey, idOf, keyOf, type Kind, type Manifest } from '../../manifests/manifest';
import type { Cluster } from '../api/cluster';
import type { Dist } from '../dist';
import { chartOf, newestReleases, type ReleaseChart } from '../helm/release-secret';
import type { LiveObject } from '../objects/live-object';
import { isOurs } from '../objects/ownership';
import { INSTALLERS } from './handover';

const DEPLOYMENT: Kind = { apiVersion: 'apps/v1', kind: 'Deployment' };

/** What a HelmRelease can refer to instead of naming its chart. */
const CHART_SOURCE: Kind = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'OCIRepository' };

/** The chart of PGO: dist does not name it where it has what the chart renders. */
const PGO_CHART = 'pgo';

/** The label of PGO's Deployment, whether it was installed by Helm or by Kustomize. */
const CONTROL_PLANE_LABEL = `${POSTGRES_OPERATOR_GROUP}/control-plane`;

/** A release of dist that operates a CRD. */
interface OwnRelease extends InstalledRelease {
  /** The namespace of Helm's Secrets, or of its objects where there are none, and the name: `crunchy-pgo/pgo`. */
  readonly id: string;
}

/** What is on the cluster. */
interface Found {
  readonly helm: Awaited<ReturnType<typeof newestReleases>>;
  readonly installers: readonly LiveObject[];
  readonly sources: readonly LiveObject[];
}

/** The releases of dist that operate a CRD. */
export function releasesOperating(crd: string, manifests: readonly Manifest[]): OwnRelease[] {
  const find = finderIn(manifests);
  const operators = manifests.filter((manifest) => crdsOperatedBy(manifest).some(({ name }) => name === crd));
  return operators.flatMap((manifest) => releaseOf(manifest, find) ?? []).map((release) => ({ ...release, id: idOfRelease(release) }));
}

function idOfRelease({ namespace, storageNamespace = namespace, name }: InstalledRelease): string {
  return `${storageNamespace}/${name}`;
}

/** Finds the sources of charts. */
function finderIn(manifests: readonly Manifest[]): FindObject {
  const sources = new Map(manifests.filter(({ kind }) => kind === CHART_SOURCE.kind).map((source) => [idOf(keyOf(source)), source]));
  return (key) => sources.get(idOf(key));
}

/** What else on the cluster installs or runs software that uses a CRD, and is not of this environment. */
export class OtherReleases {
  private found: Promise<Found> | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly dist: Dist,
  ) {}

  /** As text: `Helm release databases/pgo (chart pgo 5.8.5)`. Fails with 403 where RBAC does not let it look. */
  async using(crd: string): Promise<string[]> {
    const { helm, installers, sources } = await (this.found ??= this.read());
    const manifests = this.dist.stages.flatMap(({ objects }) => objects);
    const inDist = new Set(manifests.map((manifest) => idOf(keyOf(manifest))));
    const isOwn = (object: LiveObject): boolean => inDist.has(idOf(keyOf(object))) || isOurs(object, this.dist.environment);
    const own = [...releasesOperating(crd, manifests), ...releasesOperating(crd, [...installers.filter(isOwn), ...sources])];
    const ids = new Set(own.map(({ id }) => id));
    const charts = new Set([...own.map(({ chartName }) => chartName), ...(isOfPgo(crd) ? [PGO_CHART] : [])].filter(isKnown));
    const releases = [...helm].flatMap(([id, revision]) => {
      if (ids.has(id) || revision.status === 'uninstalled') return [];
      const chart = chartOf(revision);
      const uses = !chart || charts.has(chart.name) || chart.crdFiles.some((text) => namesCrd(text, crd));
      return uses ? [{ id, text: describe(id, chart) }] : [];
    });
    const find = finderIn(sources);
    const objects = installers.flatMap((installer) => {
      const release = isOwn(installer) ? undefined : releaseOf(installer, find);
      if (!release) return [];
      const name = formatKey(keyOf(installer));
      if (isKnown(release.chartName)) return charts.has(release.chartName) ? [name] : [];
      // Helm's Secret says it as soon as there is one. Argo CD has none, and its charts in git are not PGO's.
      const isUnknown = release.storageNamespace !== undefined && !helm.has(idOfRelease(release));
      return isUnknown ? [`${name} ${UNKNOWN_CHART}`] : [];
    });
    const known = new Set([...ids, ...releases.map(({ id }) => id)]);
    const deployments = (await this.operatorsOf(crd)).filter((deployment) => {
      const id = releaseIdOf(deployment);
      if (id !== undefined) return !known.has(id);
      return !isOwn(deployment) && !own.some(({ namespace }) => namespace === deployment.metadata.namespace);
    });
    return [...releases.map(({ text }) => text), ...objects, ...deployments.map((object) => formatKey(keyOf(object)))];
  }

  /** The releases, also ours, whose chart has a CRD in crds/. */
  async shipping(crd: string): Promise<string[]> {
    const { helm } = await (this.found ??= this.read());
    return [...helm].flatMap(([id, revision]) => {
      const chart = chartOf(revision);
      return chart?.crdFiles.some((text) => namesCrd(text, crd)) ? [describe(id, chart)] : [];
    });
  }

  private async read(): Promise<Found> {
    const [helm, sources, ...installers] = await Promise.all([
      newestReleases(this.cluster),
      ...[CHART_SOURCE, ...INSTALLERS].map((kind) => this.cluster.list(kind)),
    ]);
    return { helm, sources: sources ?? [], installers: installers.flat() };
  }

  /** Running operators of the CRD, as far as they can be recognized. */
  private async operatorsOf(crd: string): Promise<readonly LiveObject[]> {
    if (!isOfPgo(crd)) return [];
    return this.cluster.list(DEPLOYMENT, { labels: CONTROL_PLANE_LABEL });
  }
}

function releaseIdOf({ metadata: { annotations = {}, namespace = 'default' } }: Manifest): string | undefined {
  const name = annotations['meta.helm.sh/release-name'];
  return name === undefined ? undefined : `${annotations['meta.helm.sh/release-namespace'] ?? namespace}/${name}`;
}

const UNKNOWN_CHART = '(its chart is unknown)';

function describe(id: string, chart: ReleaseChart | undefined): string {
  return `Helm release ${id} ${chart ? `(chart ${chart.name} ${chart.version})` : UNKNOWN_CHART}`;
}

const isKnown = (chartName: string): boolean => chartName !== '';
const isOfPgo = (crd: string): boolean => crd.endsWith(`.${POSTGRES_OPERATOR_GROUP}`);

function namesCrd(text: string, crd: string): boolean {
  return new RegExp(`^  name: ["']?${crd.replaceAll('.', '\\.')}["']?\\s*$`, 'm').test(text);
}
