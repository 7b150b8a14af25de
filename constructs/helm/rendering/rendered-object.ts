import { valueAt } from '../../../manifests/fields';
import { annotationOf, HOOK, itemsWithAnnotation, RESOURCE_POLICY, withAnnotation } from '../../../manifests/helm-annotations';
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
      .flatMap(objectsOf)
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

/** The items of a list are hooks if the list is one. What Helm keeps with the list is kept, and so is an item that says so itself: it holds data. */
function objectsOf(document: unknown): unknown[] {
  const items = itemsWithAnnotation(document, HOOK);
  const policy = annotationOf(document, RESOURCE_POLICY);
  return policy === undefined ? items : items.map((item) => withAnnotation(item, RESOURCE_POLICY, policy));
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
