import { parse } from 'yaml';
import { type Manifest, groupOf } from './manifest';
import { isMap, type YamlMap } from './fields';

/** A Helm release, as the object that asks for it describes it. */
export interface Release {
  /** The chart's name in its repository, or its address. */
  readonly chart: string;
  /** The chart's own name, whatever its address: `cvat` of `oci://registry-1.docker.io/cvat/cvat`. */
  readonly name: string;
  readonly version: string | undefined;
  /** Where the release goes. */
  readonly namespace: string | undefined;
  /** The values that differ from the chart's own. What Secrets add to them (valuesSecrets) nobody knows here. */
  readonly values: YamlMap;
  /** Where the values stand, for a finding about one of them. */
  readonly valuesField: string;
}

/** The release that a HelmChart of k3s asks for. https://docs.k3s.io/helm */
export function releaseOf(manifest: Manifest): Release | undefined {
  const { spec } = manifest;
  if (manifest.kind !== 'HelmChart' || groupOf(manifest.apiVersion) !== 'helm.cattle.io' || !isMap(spec)) return undefined;
  const chart = text(spec['chart']) ?? '';
  return {
    chart,
    name: chartName(chart),
    version: text(spec['version']),
    namespace: text(spec['targetNamespace']) ?? manifest.metadata.namespace,
    // In the order in which the controller lets the later win.
    values: [parsed(spec['valuesContent']), spec['values'], nested(spec['set'])].reduce<YamlMap>(merged, {}),
    valuesField: spec['valuesContent'] !== undefined || spec['values'] === undefined ? 'spec.valuesContent' : 'spec.values',
  };
}

/** The last part of an address, without the digest, and of an archive without its version too. */
function chartName(chart: string): string {
  const last = (chart.split('@')[0] ?? '').split('/').at(-1) ?? '';
  return last.replace(/(-v?[0-9][0-9A-Za-z.+-]*)?\.tgz$/, '');
}

/** Values that are no YAML are none: Helm will refuse them in more words than a rule could. */
function parsed(content: unknown): unknown {
  if (typeof content !== 'string') return undefined;
  try {
    return parse(content);
  } catch {
    return undefined;
  }
}

/** `{ "a.b": 1 }`, as `helm --set` writes it, as `{ a: { b: 1 } }`. */
function nested(set: unknown): YamlMap {
  if (!isMap(set)) return {};
  return Object.entries(set).reduce<YamlMap>((all, [key, value]) => {
    const single = key
      .split('.')
      .reverse()
      .reduce<unknown>((inner, part) => ({ [part]: inner }), literal(value));
    return merged(all, single);
  }, {});
}

/** Helm reads a boolean out of the text of a `--set`. */
function literal(value: unknown): unknown {
  if (value === 'true' || value === 'false') return value === 'true';
  return value;
}

function merged(base: YamlMap, over: unknown): YamlMap {
  if (!isMap(over)) return base;
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    result[key] = isMap(below) && isMap(value) ? merged(below, value) : value;
  }
  return result;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
