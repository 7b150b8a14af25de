import { isMap, listOf, valueAt, type YamlMap } from '../fields';
import type { Manifest } from '../manifest';
import { versionOfTag } from '../oci-tag';
import { chartNameOf, text } from './chart-name';
import type { FindObject, ReadRelease, InstalledRelease } from './release';
import { mergeValues } from '../merge';

const SOURCE_API = 'source.toolkit.fluxcd.io/v1';

/** The release of a HelmRelease of Flux, with its source. https://fluxcd.io/flux/components/helm/helmreleases/ */
export const readHelmRelease: ReadRelease = (manifest, find) => {
  const { spec } = manifest;
  const { name, namespace: own = 'default' } = manifest.metadata;
  const target = text(spec['targetNamespace']);
  const releaseName = text(spec['releaseName']);
  const at = (...path: string[]) => ({ manifest, path });
  const { places, ...chart } = chartOf(manifest, find);
  return {
    ...chart,
    name: releaseName ?? (target === undefined ? name : `${target}-${name}`),
    namespace: target ?? own,
    storageNamespace: text(spec['storageNamespace']) ?? own,
    archive: false,
    // Flux ignores values that are not a map.
    values: mergeValues(spec['values']),
    valuesElsewhere: listOf(spec['valuesFrom']).length > 0,
    createsNamespace: valueAt(spec, 'install', 'createNamespace') === true,
    suspended: spec['suspend'] === true,
    longestName: { longest: 53, why: 'Helm accepts no longer name of a release' },
    places: {
      ...places,
      name: releaseName === undefined ? at('metadata', 'name') : at('spec', 'releaseName'),
      namespace: at('spec', 'targetNamespace'),
      storageNamespace: at('spec', 'storageNamespace'),
      values: at('spec', 'values'),
    },
  };
};

type Chart = Pick<InstalledRelease, 'chart' | 'chartName' | 'version' | 'git' | 'digest'> & {
  places: Pick<InstalledRelease['places'], 'chart' | 'version'>;
};

/** The chart is named by the HelmRelease and its source together, or by an OCIRepository alone. */
function chartOf(manifest: Manifest & { readonly spec: YamlMap }, find: FindObject): Chart {
  const { spec } = manifest;
  if (isMap(spec['chartRef'])) return chartOfReference(manifest, find);
  const wanted = valueAt(spec, 'chart', 'spec');
  const chart = text(valueAt(wanted, 'chart')) ?? '';
  const source = sourceOf(manifest, valueAt(wanted, 'sourceRef'), find);
  const path = ['spec', 'chart', 'spec', 'chart'];
  if (valueAt(wanted, 'sourceRef', 'kind') === 'GitRepository') {
    // The version of the HelmRelease is ignored: the repository's reference says it.
    return { chart, chartName: chartNameOf(chart), git: true, ...gitReference(source), places: versionAt(manifest, path, source, 'tag') };
  }
  const places = { chart: { manifest, path }, version: { manifest, path: ['spec', 'chart', 'spec', 'version'] } };
  return { chart, chartName: chartNameOf(chart), git: false, version: text(valueAt(wanted, 'version')), places };
}

/** `chartRef` of an OCIRepository. What another kind holds is not known before it runs. */
function chartOfReference(manifest: Manifest & { readonly spec: YamlMap }, find: FindObject): Chart {
  const source = sourceOf(manifest, manifest.spec['chartRef'], find);
  const reference = valueAt(source?.['spec'], 'ref');
  const chart = text(valueAt(source?.['spec'], 'url')) ?? '';
  const semver = text(valueAt(reference, 'semver'));
  const tag = text(valueAt(reference, 'tag'));
  return {
    chart,
    chartName: chartNameOf(chart),
    git: false,
    version: semver ?? (tag === undefined ? undefined : versionOfTag(tag)),
    digest: text(valueAt(reference, 'digest')),
    places: versionAt(manifest, ['spec', 'chartRef'], source, semver === undefined ? 'tag' : 'semver'),
  };
}

/** A commit goes before a tag. A branch, a range and a name move, so that they are no version. */
function gitReference(source: Manifest | undefined): Pick<InstalledRelease, 'version' | 'digest'> {
  const reference = valueAt(source?.['spec'], 'ref');
  return { version: text(valueAt(reference, 'tag')), digest: text(valueAt(reference, 'commit')) };
}

function versionAt(manifest: Manifest, chart: readonly string[], source: Manifest | undefined, field: string): Chart['places'] {
  const place = { manifest, path: chart };
  return { chart: place, version: source ? { manifest: source, path: ['spec', 'ref', field] } : place };
}

function sourceOf({ metadata }: Manifest, reference: unknown, find: FindObject): Manifest | undefined {
  const [kind, name] = [text(valueAt(reference, 'kind')), text(valueAt(reference, 'name'))];
  if (kind === undefined || name === undefined) return undefined;
  const namespace = text(valueAt(reference, 'namespace')) ?? metadata.namespace;
  return find({ apiVersion: SOURCE_API, kind, namespace, name });
}
