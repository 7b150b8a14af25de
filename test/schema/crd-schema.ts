import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv } from 'ajv';
import { celRules, type CelRules } from './cel-rules';
import { UNIQUE_BY, closeObject } from './closed-schema';
import type { Crd, KubernetesObject, StructuralSchema } from './crd';
import { formats } from './formats';
import { regularExpression } from './regular-expression';

const ajv = new Ajv({
  allErrors: true,
  // The API server fills in what is missing before it asks the rules.
  useDefaults: true,
  // An unknown keyword or format throws; the rest of ajv's strict mode is a matter of taste, and not ours to decide for other people's CRDs.
  strictTypes: false,
  strictRequired: false,
  allowUnionTypes: true,
  formats,
  code: { regExp: Object.assign((pattern: string) => regularExpression(pattern), { code: 'regularExpression' }) },
});

ajv.addKeyword({
  keyword: UNIQUE_BY,
  type: 'array',
  schemaType: 'array',
  validate: (keys: string[], items: (Record<string, unknown> | null)[]) =>
    new Set(items.map((item) => JSON.stringify(keys.map((key) => item?.[key])))).size === items.length,
  error: { message: ({ schema }) => `must not have two items with the same ${(schema as string[]).join(', ')}` },
});

interface Compiled {
  readonly structure: ValidateFunction;
  readonly rules: CelRules;
}

/**
 * What the API server says to an object of a kind that a CRD defines: nothing, or what is wrong, each with the path of the field.
 * Stricter in two cases, which the API server prunes silently: unknown fields, and null where the CRD does not allow it.
 */
export class CrdSchema {
  readonly kind: string;
  private readonly schemas = new Map<string, StructuralSchema>();
  private readonly compiled = new Map<string, Compiled>();

  constructor({ spec }: Crd) {
    this.kind = spec.names.kind;
    for (const { name, served, schema } of spec.versions) {
      if (served) this.schemas.set(`${spec.group}/${name}`, schema.openAPIV3Schema);
    }
  }

  /** Compiles each version when it is first used: that of a PostgresCluster takes a second. Throws if a schema or a rule is not understood. */
  version(apiVersion: string): Compiled | undefined {
    const schema = this.schemas.get(apiVersion);
    if (!schema) return undefined;
    const compiled = this.compiled.get(apiVersion) ?? { structure: ajv.compile(closeObject(schema)), rules: celRules(schema) };
    this.compiled.set(apiVersion, compiled);
    return compiled;
  }

  /** With `old`, the object replaces that one: then the rules about changes are asked as well. */
  findings(object: KubernetesObject, old?: KubernetesObject): string[] {
    const version = this.version(object.apiVersion);
    if (!version || object.kind !== this.kind) {
      return [`apiVersion: ${object.apiVersion} ${object.kind} is not served, but ${[...this.schemas.keys()].join(', ')} ${this.kind}`];
    }
    const complete = structuredClone(object);
    // As the API server does, rules are asked only about an object whose structure is right: they may rely on it.
    if (!version.structure(complete)) return (version.structure.errors ?? []).map(describeError);
    const completeOld = structuredClone(old);
    if (completeOld) version.structure(completeOld);
    return version.rules.check(complete, completeOld);
  }
}

function describeError({ instancePath, keyword, params, message = '' }: ErrorObject): string {
  const details: Record<string, string> = {
    additionalProperties: `unknown field "${params['additionalProperty']}"`,
    enum: `must be one of ${JSON.stringify(params['allowedValues'])}`,
  };
  return `${fieldPath(instancePath) || '(the object)'}: ${details[keyword] ?? message}`;
}

/** A JSON pointer as people write it: `spec.instances[0].replicas`. */
function fieldPath(pointer: string): string {
  const parts = pointer.split('/').slice(1);
  const names = parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return names.map((name, index) => (/^\d+$/.test(name) ? `[${name}]` : `${index === 0 ? '' : '.'}${name}`)).join('');
}
