import { CORE_SCHEMA, loadAll, type LoadOptions, Type } from 'js-yaml';
import type * as yaml from 'yaml';

/** A document of a YAML text. Empty ones are left out. */
export interface YamlDocument {
  /** Null where there is an error. */
  readonly value: unknown;
  /** Why it is not valid. */
  readonly error?: string;
}

/** The documents of a text, also of one that another program has written. */
export function parseYamlDocuments(text: string): YamlDocument[] {
  const values = valuesOf(text);
  if (values) return values.map((value) => ({ value }));
  return documentsOf(text)
    .map(read)
    .filter(({ value, error }) => value !== null || error !== undefined);
}

function read(document: yaml.Document.Parsed): YamlDocument {
  const [error] = document.errors;
  if (error) return { value: null, error: error.message };
  try {
    return { value: document.toJS() as unknown };
  } catch (unresolved) {
    // An alias without its anchor.
    return { value: null, error: (unresolved as Error).message };
  }
}

/** The value of a text with one document. Throws an error that says what is not valid. */
export function parseYaml(text: string): unknown {
  const values = valuesOf(text);
  return values?.length === 1 ? values[0] : yamlLibrary().parse(text);
}

/** The values of what a Helm template produces, where a map may have a key twice: the last one counts. */
export function parseTemplateOutput(text: string): unknown[] {
  return valuesOf(text, { json: true }) ?? documentsOf(text, { uniqueKeys: false }).map((document): unknown => document.toJS());
}

/** Undefined: not valid, or only for the other library. */
function valuesOf(text: string, options: LoadOptions = {}): unknown[] | undefined {
  const load = (part: string): unknown[] => loadAll(part, null, { ...options, schema: SCHEMA });
  try {
    // A CRD in dist is a line of JSON, which JSON.parse reads many times as fast.
    const values = /^\{/m.test(text) ? text.split(/^---$/m).flatMap((part) => jsonOf(part) ?? load(part)) : load(text);
    return values.filter((value) => value !== null);
  } catch {
    return undefined;
  }
}

function documentsOf(text: string, options: yaml.ParseOptions = {}): yaml.Document.Parsed[] {
  return [...yamlLibrary().parseAllDocuments(text, options)];
}

function jsonOf(text: string): [unknown] | undefined {
  try {
    return [JSON.parse(text)];
  } catch {
    return undefined;
  }
}

/** js-yaml's own numbers are more than those of YAML 1.2: `0b11`, `1_000`. https://yaml.org/spec/1.2.2/#1032-tag-resolution */
const number = (name: string, pattern: RegExp): Type =>
  new Type(`tag:yaml.org,2002:${name}`, {
    kind: 'scalar',
    resolve: (text: unknown) => typeof text === 'string' && pattern.test(text),
    construct: Number,
  });

const SCHEMA = CORE_SCHEMA.extend({
  implicit: [
    number('int', /^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$/),
    number('float', /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/),
  ],
});

/**
 * The library that writes YAML says best what is not valid. It builds a tree of nodes with comments and positions first, which takes ten times as long, and
 * loading it takes as long as all the rest of a command's start: so it reads only what js-yaml does not.
 */
export function yamlLibrary(): typeof yaml {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return (library ??= require('yaml') as typeof yaml);
}

/** Kept: Node searches the folders again at each `require` of a package that another module has loaded first, which takes longer than to write a value. */
let library: typeof yaml | undefined;
