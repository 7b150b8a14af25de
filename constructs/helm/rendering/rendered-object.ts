import { isMap, listOf, valueAt } from '../../../manifests/fields';
import { type Manifest, withoutNullMetadata } from '../../../manifests/manifest';
import { readGoYaml } from './go-yaml';
import { HelmError } from './helm-template';

/** An object that a chart renders, and the template that it is from: `templates/service.yaml`, `charts/redis/templates/secret.yaml`. */
export interface RenderedObject {
  readonly template: string;
  /** A hook can have `generateName` in place of a name. */
  readonly manifest: Manifest;
}

const SOURCE = /^# Source: [^/\s]+\/(.+?)\r?$/m;

/**
 * The objects of Helm's output, in its order. A list is its items; a document without content, such as a comment alone, is left out. Throws a HelmError
 * that names all others that are not objects.
 */
export function renderedObjects(output: string): RenderedObject[] {
  let template = '';
  const values = split(output).flatMap((text) => {
    template = SOURCE.exec(text)?.[1] ?? template;
    const source = template;
    return readGoYaml(text, source)
      .flatMap(itemsOf)
      .filter((value) => value !== null && value !== undefined)
      .map((value) => ({ template: source, value }));
  });
  const problems = values.filter(({ value }) => !isManifest(value)).map(problemOf);
  if (problems.length > 0) throw new HelmError(problems.join(' '));
  return values.map(({ template, value }) => ({ template, manifest: withoutNullMetadata(value as Manifest) }));
}

function split(output: string): string[] {
  return output.split(/^---(?:[ \t].*)?$/m).filter((text) => text.trim() !== '');
}

/**
 * The items of a `List` or `ConfigMapList`, also of lists in it, as kubectl reads them: an item without a kind has that of the list. Helm looks for hooks
 * at the list.
 */
function itemsOf(value: unknown): unknown[] {
  if (!isMap(value)) return [value];
  const { apiVersion, kind, items } = value;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !(kind === 'List' || Array.isArray(items))) return [value];
  const hook = valueAt(value, 'metadata', 'annotations', 'helm.sh/hook');
  return listOf(items)
    .map((item) => (isMap(item) && item['kind'] === undefined ? { apiVersion, kind: kind.slice(0, -'List'.length), ...item } : item))
    .map((item) => (hook === undefined ? item : withHook(item, hook)))
    .flatMap(itemsOf);
}

function withHook(item: unknown, hook: unknown): unknown {
  if (!isMap(item)) return item;
  const { metadata } = item;
  const annotations = valueAt(metadata, 'annotations');
  return {
    ...item,
    metadata: { ...(isMap(metadata) && metadata), annotations: { ...(isMap(annotations) && annotations), 'helm.sh/hook': hook } },
  };
}

function isManifest(value: unknown): value is Manifest {
  const isText = (...path: string[]): boolean => typeof valueAt(value, ...path) === 'string';
  return isText('apiVersion') && isText('kind') && (isText('metadata', 'name') || isText('metadata', 'generateName'));
}

function problemOf({ template, value }: { readonly template: string; readonly value: unknown }): string {
  const [apiVersion, kind, name] = [['apiVersion'], ['kind'], ['metadata', 'name']].map((path) => valueAt(value, ...path));
  // No other field: it can be a password.
  return `${template}: must have apiVersion, kind and metadata.name, each as text; got ${JSON.stringify({ apiVersion, kind, name })}.`;
}
