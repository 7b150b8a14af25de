import { isMap, listOf, valueAt } from '../fields';
import { versionOfTag } from '../oci-tag';
import { chartNameOf, text } from './chart-name';
import type { ReadRelease } from './release';
import { mergeValues } from '../merge';
import { literal, parseValues, setValues } from './values';

/** An Argo CD Application that installs a Helm chart. https://argo-cd.readthedocs.io/en/stable/user-guide/helm/ */
export const readApplication: ReadRelease = (manifest) => {
  const { spec } = manifest;
  const sources = isMap(spec['source']) ? [spec['source']] : listOf(spec['sources']);
  const index = sources.findIndex(isChart);
  const source = sources[index];
  if (source === undefined) return undefined;
  const prefix = isMap(spec['source']) ? ['spec', 'source'] : ['spec', 'sources', index];
  const at = (...path: string[]) => ({ manifest, path: [...prefix, ...path] });
  const helm = valueAt(source, 'helm');
  const url = text(valueAt(source, 'repoURL')) ?? '';
  const named = text(valueAt(source, 'chart'));
  const path = text(valueAt(source, 'path')) ?? '';
  const isOci = url.startsWith('oci://');
  const revision = text(valueAt(source, 'targetRevision'));
  const pinned = revision !== undefined && /^(sha256:.*|[0-9a-f]{40})$/.test(revision);
  const releaseName = text(valueAt(helm, 'releaseName'));
  // Argo CD takes the object, if there is one, and else the text; parameters win over both.
  const hasObject = valueAt(helm, 'values') === undefined || isMap(valueAt(helm, 'valuesObject'));
  return {
    name: releaseName ?? manifest.metadata.name,
    namespace: text(valueAt(spec, 'destination', 'namespace')) ?? 'default',
    chart: named ?? (isOci ? url : path),
    chartName: chartNameOf(named ?? (isOci ? url : path)),
    version: pinned ? undefined : isOci && revision !== undefined ? versionOfTag(revision) : revision,
    digest: pinned ? revision : undefined,
    git: named === undefined && !isOci,
    archive: false,
    values: mergeValues(
      hasObject ? valueAt(helm, 'valuesObject') : parseValues(valueAt(helm, 'values')),
      setValues(listOf(valueAt(helm, 'parameters')).flatMap(parameter)),
    ),
    valuesElsewhere: ['valueFiles', 'fileParameters'].some((field) => listOf(valueAt(helm, field)).length > 0),
    createsNamespace: listOf(valueAt(spec, 'syncPolicy', 'syncOptions')).includes('CreateNamespace=true'),
    suspended: false,
    longestName: { longest: 53, why: 'Helm accepts no longer name of a release' },
    places: {
      name: releaseName === undefined ? { manifest, path: ['metadata', 'name'] } : at('helm', 'releaseName'),
      namespace: { manifest, path: ['spec', 'destination', 'namespace'] },
      storageNamespace: { manifest, path: ['spec', 'destination', 'namespace'] },
      chart: at(named === undefined ? (isOci ? 'repoURL' : 'path') : 'chart'),
      version: at('targetRevision'),
      values: at('helm', hasObject ? 'valuesObject' : 'values'),
    },
  };
};

/** A folder of plain manifests is not a chart. A chart in git or in a registry is recognized by its Helm settings. */
function isChart(source: unknown): boolean {
  return text(valueAt(source, 'chart')) !== undefined || isMap(valueAt(source, 'helm'));
}

function parameter(entry: unknown): [string, unknown][] {
  const [name, value] = [valueAt(entry, 'name'), valueAt(entry, 'value')];
  if (typeof name !== 'string') return [];
  return [[name, valueAt(entry, 'forceString') === true ? value : literal(value)]];
}
