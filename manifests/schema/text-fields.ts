import { isBuiltIn } from '../built-in-kinds';
import { type FieldPath, formatField, hasMeaningfulFields, isMap, listOf, visitFields, type YamlMap } from '../fields';
import type { FieldFinding } from '../finding';
import type { Manifest } from '../manifest';
import { typeFinding } from './scalar-findings';

/** Fields of Kubernetes' own kinds that are maps of text. */
const MAPS = new Set(['labels', 'annotations', 'matchLabels', 'nodeSelector']);
/** Those that are lists of text. */
const LISTS = new Set(['command', 'args']);
/** Lists of maps in which `value` is text. */
const WITH_VALUE = new Set(['env', 'httpHeaders', 'sysctls', 'tolerations']);

/**
 * Numbers, true and false in fields that are text in every object: `port: 8080` in annotations, `value: true` in an environment variable. Templates of
 * charts write them without quotes, and the API server refuses the object. Null is empty text for it.
 */
export function textFieldFindings(manifest: Manifest): FieldFinding[] {
  const findings: FieldFinding[] = [];
  const { apiVersion, kind, metadata } = manifest;
  const check = (value: unknown, path: FieldPath): void => {
    const finding = value === null || value === undefined ? undefined : typeFinding(value, { type: 'string' });
    if (!finding) return;
    const message = kind === 'Secret' && path[0] !== 'metadata' ? `must be text; got a ${typeof value}.` : finding.message; // which can be a password
    findings.push({ field: formatField(path), message, remedy: 'Write it in quotes.' });
  };
  const checkAll = (values: unknown, path: FieldPath): void => {
    if (isMap(values)) for (const [key, value] of Object.entries(values)) check(value, [...path, key]);
    for (const [index, value] of listOf(values).entries()) check(value, [...path, index]);
  };
  const visit = (parent: YamlMap, key: string, path: FieldPath): void => {
    if (MAPS.has(key) || LISTS.has(key)) checkAll(parent[key], path);
    if (key === 'value' && typeof path.at(-2) === 'number' && WITH_VALUE.has(String(path.at(-3)))) check(parent[key], path);
  };
  if (isBuiltIn(apiVersion, kind) && hasMeaningfulFields(kind)) {
    visitFields(manifest, visit);
    return findings;
  }
  for (const field of ['labels', 'annotations'] as const) checkAll(metadata[field], ['metadata', field]);
  if (apiVersion === 'v1' && (kind === 'ConfigMap' || kind === 'Secret')) {
    for (const field of ['data', 'stringData']) checkAll(manifest[field], [field]);
  }
  return findings;
}
