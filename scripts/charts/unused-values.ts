import { isDeepStrictEqual } from 'node:util';
import type { Release } from '../../constructs/helm/delivery';
import { helmTemplate, type Rendering } from '../../constructs/helm/rendering/helm-template';
import { renderTwice } from '../../constructs/helm/rendering/render';
import { renderedObjects } from '../../constructs/helm/rendering/rendered-object';
import { type FieldPath, formatField, isMap } from '../../manifests/fields';
import { HelmError } from './helm';
import { vendoredChart } from './render-chart';

/**
 * The values of a release that change nothing: each is replaced by another one in turn, and the chart is rendered again. Such a value is misspelt, or
 * the chart ignores it, or only together with another one it means something.
 */
export function unusedValues(release: Release, kubeVersion: string): string[] {
  const { name, namespace, values } = release;
  const rendering = { file: vendoredChart(release), name, namespace, kubeVersion, apiVersions: [] };
  const [first, second] = renderTwice({ ...rendering, values });
  return leavesOf(values)
    .filter((path) => {
      const objects = rendered({ ...rendering, values: replaced(values, path) });
      // A chart that refuses the other value reads it.
      return objects !== undefined && isSame(first, second, objects);
    })
    .map(formatField);
}

function rendered(rendering: Rendering): unknown {
  try {
    return renderedObjects(helmTemplate(rendering, 'UTC').objects);
  } catch (error) {
    if (error instanceof HelmError) return undefined;
    throw error;
  }
}

/** Whether a third rendering is the same wherever two renderings of the same values are: charts make up passwords and dates. */
function isSame(first: unknown, second: unknown, third: unknown): boolean {
  if (isMap(first) && isMap(second) && isMap(third)) {
    const names = new Set([first, second, third].flatMap((map) => Object.keys(map)));
    return [...names].every((name) => isSame(first[name], second[name], third[name]));
  }
  if (Array.isArray(first) && Array.isArray(second) && Array.isArray(third) && first.length === second.length) {
    return third.length === first.length && first.every((item, index) => isSame(item, second[index], third[index]));
  }
  return !isDeepStrictEqual(first, second) || isDeepStrictEqual(first, third);
}

function leavesOf(value: unknown, path: FieldPath = []): FieldPath[] {
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : isMap(value) ? Object.entries(value) : [];
  if (entries.length === 0) return path.length === 0 ? [] : [path];
  return entries.flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

function replaced(value: unknown, path: FieldPath): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return another(value);
  if (Array.isArray(value)) return value.map((item: unknown, index) => (index === key ? replaced(item, rest) : item));
  return isMap(value) ? { ...value, [key]: replaced(value[key], rest) } : value;
}

/** A value of the same type, which a template takes another way with, if it looks at it at all. */
function another(value: unknown): unknown {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'string') return value === '' ? 'another' : `${value}0`;
  return { another: 'value' };
}
