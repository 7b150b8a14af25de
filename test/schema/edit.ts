import type { KubernetesObject } from './crd';

/** A copy of the object in which one field is different: `spec.instances.0.replicas`. Without a value, the field is gone. */
export function edit(object: KubernetesObject, path: string, value?: unknown): KubernetesObject {
  const copy = structuredClone(object);
  const fields = path.split('.');
  const last = fields.pop() ?? '';
  let holder: Record<string, unknown> = { ...copy };
  const root = holder;
  for (const field of fields) {
    const next = holder[field] ?? {};
    if (typeof next !== 'object') throw new Error(`${path} leads through ${field}, which has no fields.`);
    holder[field] = next;
    holder = next as Record<string, unknown>;
  }
  if (value === undefined) Reflect.deleteProperty(holder, last);
  else holder[last] = value;
  return root as unknown as KubernetesObject;
}
