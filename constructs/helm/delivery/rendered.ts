import { existsSync } from 'node:fs';
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { type LockedRendering, lockedChart, readChartLock } from '../../../manifests/chart-lock';
import { type Contract, contractAnnotations } from '../../../manifests/contract';
import { isCrd } from '../../../manifests/custom-resource-definition';
import type { Finding } from '../../../manifests/finding';
import { formatKey, keyOf, type Manifest } from '../../../manifests/manifest';
import type { Reference } from '../../../manifests/reference';
import { crdStage } from '../../crd-stage';
import { addToNamespace } from '../../namespace';
import { report, warn } from '../../problem';
import { chartSourceFindings, describeSource } from '../chart-source';
import { Delivery, type Release } from '../delivery';
import { HelmError } from '../rendering/helm-template';
import { render, type Rendered } from '../rendering/render';

export interface RenderedOptions {
  /**
   * The Kubernetes version of the cluster, which charts ask for: `1.33.0`. `kubectl version` shows it. With another one a chart may render objects
   * that the cluster does not serve.
   */
  readonly kubeVersion: string;
  /**
   * What the cluster serves besides Kubernetes' own kinds, as charts ask for it: `monitoring.coreos.com/v1`.
   * @default none: charts leave out objects of CRDs that they do not contain
   */
  readonly apiVersions?: readonly string[];
}

/**
 * Delivery without Helm on the cluster: synth renders the vendored chart, and its objects are in dist like all others. Works on every cluster.
 * Hooks, random values and `lookup` do not work, and are problems. https://helm.sh/docs/helm/helm_template/
 */
export function rendered(options: RenderedOptions): Delivery {
  return new RenderedDelivery(options);
}

const METADATA_TYPE = 'platform.kapernikov.com/rendered';
const CHART_METADATA_TYPE = 'platform.kapernikov.com/chart';

/** The chart that an object was rendered from, `minio 5.4.0`; nothing for an object of our own. */
export function chartOf(object: ApiObject): string | undefined {
  return object.node.metadata.find(({ type }) => type === CHART_METADATA_TYPE)?.data as string | undefined;
}

/** What was rendered below a construct, by the release's name: what the lock file records. */
export function renderingsOf(root: Construct): ReadonlyMap<string, LockedRendering> {
  const entries = root.node.findAll().flatMap(({ node }) => node.metadata.filter(({ type }) => type === METADATA_TYPE));
  return new Map(entries.map(({ data }) => data as [string, LockedRendering]));
}

class RenderedDelivery extends Delivery {
  /** Helm's own limit. */
  override readonly longestName = 53;
  override readonly rendersAtSynth = true;

  constructor(private readonly options: RenderedOptions) {
    super();
  }

  override deliver(scope: Construct, release: Release): void {
    const result = this.render(scope, release);
    if (!result) return;
    for (const finding of result.findings) report(scope, 'chart', finding);
    for (const warning of result.warnings) warn(scope, 'chart', warned(warning));
    const { inputs, output, helm } = result;
    if (result.findings.length === 0) scope.node.addMetadata(METADATA_TYPE, [release.name, { inputs, output, helm }]);
    const crds = result.objects.filter(({ manifest }) => isCrd(manifest) && !isOperated(release.contract, manifest));
    const others = result.objects.filter(({ manifest }) => !isCrd(manifest) && !addToNamespace(scope, manifest));
    if (crds.length > 0) addObjects(crdStage(scope), `${release.name}-crds`, { ...result, objects: crds }, {});
    addObjects(scope, 'objects', { ...result, objects: others }, contractOf(release, result));
  }

  private render(scope: Construct, { name, namespace, chart, values }: Release): Rendered | undefined {
    const file = chart.kind === 'archive' ? chart.file : lockedChart(readChartLock(), describeSource(chart))?.file;
    if (file === undefined && chartSourceFindings(chart).some(([, finding]) => finding)) return undefined; // which HelmRelease reports
    if (file === undefined) {
      report(scope, 'chart', {
        message: `${describeSource(chart)} must be vendored to be rendered.`,
        remedy: 'Run: npm run charts:pull, and commit charts/',
      });
      return undefined;
    }
    const { kubeVersion, apiVersions = [] } = this.options;
    try {
      // HelmRelease reports a file that is missing or is not a packaged chart.
      return existsSync(file) ? render({ file, name, namespace, values, kubeVersion, apiVersions }) : undefined;
    } catch (error) {
      if (!(error instanceof HelmError)) throw error;
      report(scope, 'chart', { message: `${describeSource(chart)} cannot be rendered: ${error.message}`, remedy: '' });
      return undefined;
    }
  }
}

/** Helm names the value that it ignores after the chart: `minio.persistence`. */
function warned(warning: string): Finding {
  return { message: `Helm warns: ${warning.replace(/[^.!]$/, '$&.')}`, remedy: 'Correct the value if it is one of yours.' };
}

/** The construct's path names the template, which is where a finding about an object has to be followed up. */
function addObjects(scope: Construct, id: string, { chart, objects }: Pick<Rendered, 'chart' | 'objects'>, contract: Contract): void {
  const bearer = objects.find(({ manifest }) => WORKLOADS.includes(manifest.kind)) ?? objects[0];
  for (const object of objects) {
    const { template, manifest } = object;
    const name = `${id}-${template.replaceAll('/', '.')}-${manifest.kind}-${manifest.metadata.namespace ?? ''}-${manifest.metadata.name}`;
    const annotations = { ...manifest.metadata.annotations, ...(object === bearer && contractAnnotations(contract)) };
    // Two objects of one name are reported with all others of dist.
    const added = new ApiObject(scope, scope.node.tryFindChild(name) ? `${name}-${objects.indexOf(object)}` : name, {
      ...manifest,
      metadata: { ...manifest.metadata, ...(Object.keys(annotations).length > 0 && { annotations }) },
    } as ConstructorParameters<typeof ApiObject>[2]);
    added.node.addMetadata(CHART_METADATA_TYPE, chart);
  }
}

/** Whether a CRD of the chart is in dist already: what a release only operates, another construct has added. */
function isOperated({ operates = [] }: Contract, { kind, metadata: { name } }: Manifest): boolean {
  return operates.some((reference) => reference.kind === kind && reference.name === name);
}

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** What is in dist itself need not be declared; a CRD that is there is looked after by the release all the same. */
function contractOf({ contract }: Release, { objects }: Rendered): Contract {
  const inDist = new Set(objects.map(({ manifest }) => formatKey(keyOf(withoutNamespace(manifest)))));
  const isInDist = ({ kind, name }: Reference): boolean => inDist.has(formatKey({ kind, name }));
  const makes = contract.makes ?? [];
  return {
    ...contract,
    makes: makes.filter((reference) => !isInDist(reference)),
    operates: [
      ...(contract.operates ?? []),
      ...makes.filter((reference) => isInDist(reference) && reference.kind === 'CustomResourceDefinition'),
    ],
  };
}

function withoutNamespace(manifest: Manifest): Manifest {
  return { ...manifest, metadata: { name: manifest.metadata.name } };
}
