import { ApiObject } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import { contractAnnotations } from '../../../manifests/contract';
import { tagOfVersion } from '../../../manifests/oci-tag';
import type { Need } from '../../../manifests/reference';
import { report } from '../../problem';
import type { ChartSource, PrivateSource } from '../chart-source';
import { Delivery, type Release } from '../delivery';
import { reportNullValues } from '../null-values';
import { privateSourceNeeds, type SecretPlace } from '../private-source';
import { resourceName } from '../resource-name';

/** The namespace of the objects: Flux is installed there, and nothing that is deleted with an environment contains it. */
const NAMESPACE = 'flux-system';

/** Sources and what they refer to are in one namespace. https://fluxcd.io/flux/components/source/helmrepositories/#secret-reference */
const PLACE: SecretPlace = { namespace: NAMESPACE, caKind: 'Secret' };

const SOURCE_API = 'source.toolkit.fluxcd.io/v1';

/** How often Flux compares the cluster with its objects, and a source with its repository. All versions are exact, so that it finds nothing new. */
const INTERVAL = '1h';

const INSTALL_FLUX = 'flux install';

/**
 * Delivery by Flux' helm-controller and source-controller: a HelmRelease for a release, and a HelmRepository, OCIRepository or GitRepository for
 * its chart, all in flux-system. Releases with the same source share it. Needs Flux 2.7. https://fluxcd.io/flux/components/helm/
 */
export function flux(): Delivery {
  return new FluxDelivery();
}

class FluxDelivery extends Delivery {
  override readonly namespace = NAMESPACE;
  /** Helm's own limit. */
  override readonly longestName = 53;

  override deliver(scope: Construct, release: Release): void {
    const source = sourceOf(release.chart);
    if (!source) {
      report(scope, 'chart', {
        message: 'must be in a repository, a registry or git, because Flux fetches it from there; got a packaged chart.',
        remedy: 'Publish the chart and use fromRepository, fromOci or fromGit, or choose the delivery rendered().',
      });
      return;
    }
    const { name, namespace, values, timeout = '15m', contract } = release;
    reportNullValues(scope, values, 'flux()');
    const { needs = [] } = contract;
    const sourceRef = { kind: source.kind, name: ensureSource(scope, source) };
    // dist has the CRDs of what a release only operates. All others are upgraded with the release, which Helm itself never does.
    const crds = contract.operates?.some(({ kind }) => kind === 'CustomResourceDefinition') ? 'Skip' : 'CreateReplace';
    // Never uninstalls a failed release: with the release its volumes could be deleted.
    const strategy = { name: 'RetryOnFailure', retryInterval: '1m' };
    new ApiObject(scope, 'resource', {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: {
        name,
        namespace: NAMESPACE,
        annotations: contractAnnotations({
          ...contract,
          needs: [...needsOf(source), ...privateSourceNeeds(release.chart, PLACE, needs), ...needs],
        }),
      },
      spec: {
        interval: INTERVAL,
        ...chartOf(release.chart, sourceRef),
        releaseName: name,
        targetNamespace: namespace,
        // By default in the namespace of the HelmRelease, where Helm and other deliveries would not find the release.
        storageNamespace: namespace,
        timeout,
        install: { crds, strategy },
        upgrade: { crds, strategy },
        driftDetection: { mode: 'enabled' },
        ...(Object.keys(values).length > 0 && { values }),
      },
    });
  }
}

interface Source {
  readonly kind: 'HelmRepository' | 'OCIRepository' | 'GitRepository';
  readonly url: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

function sourceOf(chart: ChartSource): Source | undefined {
  switch (chart.kind) {
    case 'repository':
      return source('HelmRepository', chart, {});
    case 'oci':
      return source('OCIRepository', chart, {
        // The digest decides where both are given; the tag is then for readers.
        ref: { tag: tagOfVersion(chart.version), ...(chart.digest !== undefined && { digest: chart.digest }) },
        layerSelector: { mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', operation: 'copy' },
      });
    case 'git':
      return source('GitRepository', chart, { ref: { tag: chart.tag, ...(chart.commit !== undefined && { commit: chart.commit }) } });
    case 'archive':
      return undefined;
  }
}

function source(kind: Source['kind'], { url, secret, ca }: PrivateSource & { readonly url: string }, fields: object): Source {
  const references = {
    ...(secret !== undefined && { secretRef: { name: secret } }),
    ...(ca !== undefined && { certSecretRef: { name: ca } }),
  };
  return { kind, url, spec: { interval: INTERVAL, url, ...references, ...fields } };
}

function chartOf(chart: ChartSource, sourceRef: { readonly kind: string; readonly name: string }): Record<string, unknown> {
  switch (chart.kind) {
    case 'repository':
      return { chart: { spec: { chart: chart.name, version: chart.version, sourceRef, interval: INTERVAL } } };
    case 'git':
      // By default a chart whose version has not changed is not upgraded, even if the commit is another.
      return { chart: { spec: { chart: chart.path, sourceRef, interval: INTERVAL, reconcileStrategy: 'Revision' } } };
    default:
      return { chartRef: sourceRef };
  }
}

/** The sources of each App: their object names by kind, and what each has. */
const knownSources = new WeakMap<IConstruct, Map<string, string>>();

/** The name of the source object, which is created in the stage of the first release that uses it: stages are deleted in the reverse order. */
function ensureSource(scope: Construct, { kind, url, spec }: Source): string {
  const { root } = scope.node;
  const known = knownSources.get(root) ?? new Map<string, string>();
  knownSources.set(root, known);
  const content = `${kind} ${JSON.stringify(spec)}`;
  const existing = known.get(content);
  if (existing !== undefined) return existing;
  const taken = new Set([...known].filter(([other]) => other.startsWith(`${kind} `)).map(([, name]) => name));
  // The version is not part of the name, so that an upgrade changes the object instead of replacing it. Two versions of a chart have two names.
  const name = resourceName(url.replace(/^[a-z]+:\/\//, ''), taken);
  known.set(content, name);
  new ApiObject(scope, 'source', { apiVersion: SOURCE_API, kind, metadata: { name, namespace: NAMESPACE }, spec });
  return name;
}

function needsOf({ kind }: Source): Need[] {
  const crd = (plural: string, group: string, version: string, served: string): Need => ({
    kind: 'CustomResourceDefinition',
    name: `${plural}.${group}`,
    keys: [`${version}/${served}`],
    remedy: INSTALL_FLUX,
  });
  const plural = kind === 'HelmRepository' ? 'helmrepositories' : kind === 'OCIRepository' ? 'ocirepositories' : 'gitrepositories';
  return [
    { kind: 'Namespace', name: NAMESPACE, remedy: INSTALL_FLUX },
    crd('helmreleases', 'helm.toolkit.fluxcd.io', 'v2', 'HelmRelease'),
    crd(plural, 'source.toolkit.fluxcd.io', 'v1', kind),
  ];
}
