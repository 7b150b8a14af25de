import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { fieldsOf } from './exchange';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly nullable?: boolean;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly maxLength?: number;
  readonly minLength?: number;
}

interface Responses {
  readonly responses?: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Responses>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** CVAT's description of its API, as far as it says what a successful answer looks like: of failures it says nothing. */
export class OpenApi {
  readonly #document: Document;

  private constructor(text: string) {
    this.#document = parse(text) as Document;
  }

  static of(file: string | undefined): OpenApi | undefined {
    return file !== undefined && existsSync(file) ? new OpenApi(readFileSync(file, 'utf8')) : undefined;
  }

  /** The schema of an answer, if the description has one. */
  schemaOf(method: string, path: string, status: number): Schema | undefined {
    const plain = path.replace(/\?.*/s, '');
    const operations = this.#document.paths[plain] ?? this.#document.paths[plain.replace(/\/\d+$/, '/{id}')];
    return operations?.[method.toLowerCase()]?.responses?.[String(status)]?.content?.['application/vnd.cvat+json']?.schema;
  }

  /** What is wrong with a value. Stricter than the description: a field that it does not name is wrong, too. */
  findings(value: unknown, schema: Schema, at = ''): string[] {
    if (schema.$ref !== undefined) return this.findings(value, this.#resolve(schema.$ref), at);
    if (value === null) return schema.nullable ? [] : [`${at}: null`];
    if (schema.anyOf) {
      const all = schema.anyOf.map((one) => this.findings(value, one, at));
      return all.find((findings) => findings.length === 0) ?? all.flat();
    }
    if (schema.allOf) return schema.allOf.flatMap((one) => this.findings(value, one, at));
    if (!isOfType(value, schema.type)) return [`${at}: not of type ${schema.type}`];
    const fields = fieldsOf(value);
    if (fields) return this.#fieldFindings(fields, schema, at);
    if (Array.isArray(value)) return value.flatMap((item, index) => this.findings(item, schema.items ?? {}, `${at}[${index}]`));
    const length = typeof value === 'string' ? [...value].length : undefined;
    const fits = length === undefined || (length <= (schema.maxLength ?? Infinity) && length >= (schema.minLength ?? 0));
    return fits ? [] : [`${at}: ${length} characters`];
  }

  #fieldFindings(fields: Readonly<Record<string, unknown>>, { required = [], properties = {} }: Schema, at: string): string[] {
    const missing = required.filter((name) => !(name in fields)).map((name) => `${at}.${name}: missing`);
    const others = Object.entries(fields).flatMap(([name, value]) => {
      const property = properties[name];
      return property ? this.findings(value, property, `${at}.${name}`) : [`${at}.${name}: unknown`];
    });
    return [...missing, ...others];
  }

  #resolve(reference: string): Schema {
    const schema = this.#document.components.schemas[reference.slice('#/components/schemas/'.length)];
    if (!schema) throw new Error(`${reference} is not in the description.`);
    return schema;
  }
}

function isOfType(value: unknown, type: string | undefined): boolean {
  if (type === undefined) return true;
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  return type === 'object' ? fieldsOf(value) !== undefined : typeof value === type;
}
