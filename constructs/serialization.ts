import { type ApiObject, Lazy } from 'cdk8s';
import { dataFindings } from '../manifests/data';
import type { FieldFinding } from '../manifests/finding';
import type { Manifest } from '../manifests/manifest';
import { isStoredSpec } from '../manifests/stored-crds';
import { report } from './problem';

/** The manifest of an object. When it is not data, the problems are reported with their fields, and there is no manifest. */
export function manifestOf(object: ApiObject): Manifest | undefined {
  const { manifest, findings } = serialize(object);
  for (const { field, ...finding } of findings) report(object, field, finding);
  return findings.length === 0 ? manifest : undefined;
}

function serialize(object: ApiObject): { readonly manifest?: Manifest; readonly findings: readonly FieldFinding[] } {
  try {
    const manifest = object.toJson() as Manifest;
    return { manifest, findings: dataFindings(manifest, isStoredSpec) };
  } catch (error) {
    // cdk8s does not say which field it could not serialize.
    const findings = dataFindings(object['props'], (value) => value instanceof Lazy);
    const fallback = { field: '', message: `must be serializable; got: ${(error as Error).message}.`, remedy: 'Use plain data.' };
    return { findings: findings.length > 0 ? findings : [fallback] };
  }
}
