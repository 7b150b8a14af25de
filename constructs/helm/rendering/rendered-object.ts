import { parseAllDocuments } from 'yaml';
import { isMap, listOf, valueAt } from '../../../manifests/fields';
import type { Manifest } from '../../../manifests/manifest';

/** An object that a chart renders, and the template that it is from: `templates/service.yaml`, `charts/redis/templates/secret.yaml`. */
export interface RenderedObject {
  readonly template: string;
  readonly manifest: Manifest;
}

const SOURCE = /^# Source: [^/\s]+\/(\S+)$/m;

/** The objects of Helm's output, in its order. A List is its items; what is no object, such as a comment alone, is left out. */
export function renderedObjects(output: string): RenderedObject[] {
  let template = '';
  return split(output).flatMap((text) => {
    template = SOURCE.exec(text)?.[1] ?? template;
    const source = template;
    return parseAllDocuments(text, READER)
      .map((document): unknown => document.toJS())
      .flatMap((value) => (isMap(value) && value['kind'] === 'List' ? listOf(value['items']) : [value]))
      .filter(isManifest)
      .map((manifest) => ({ template: source, manifest }));
  });
}

/** Templates are written for Go's YAML, which is YAML 1.1: `yes` is true and `0o17` a number. Dates stay text, as they do in Go. */
const READER = {
  version: '1.1',
  uniqueKeys: false,
  customTags: (tags: unknown[]) => tags.filter((tag) => !isTimestamp(tag)),
} as Parameters<typeof parseAllDocuments>[1];

function isTimestamp(tag: unknown): boolean {
  return tag === 'timestamp' || valueAt(tag, 'tag') === 'tag:yaml.org,2002:timestamp';
}

function split(output: string): string[] {
  return output.split(/^---(?:[ \t].*)?$/m).filter((text) => text.trim() !== '');
}

function isManifest(value: unknown): value is Manifest {
  return (
    ['apiVersion', 'kind'].every((key) => typeof valueAt(value, key) === 'string') && typeof valueAt(value, 'metadata', 'name') === 'string'
  );
}
