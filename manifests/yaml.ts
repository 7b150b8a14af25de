import type { CreateNodeOptions, DocumentOptions, Scalar, SchemaOptions, ToStringOptions } from 'yaml';
import { GENERATED_ANNOTATION } from './contract';
import { isMap, valueAt } from './fields';
import { yamlLibrary } from './parse-yaml';

/**
 * Text that a reader takes for a number, a merge key or a value key, unless it is quoted. kubectl, Helm, Flux and Argo CD read with Go's YAML,
 * which removes `_` and parses numbers as Go source does: `0X1F`, `0b1`, `+0o17`, `1e1_0`. YAML 1.1 adds base 60: `1:30`.
 * https://github.com/kubernetes-sigs/yaml/blob/master/goyaml.v2/resolve.go
 * The library quotes what YAML 1.1 reads as a boolean, null, an octal number or a timestamp.
 */
const AMBIGUOUS = /^(?=.*[0-9])(?!.*\..*\.)[-+.0-9][0-9a-fA-FxXoObBpP_.:+-]*$|^(?:<<|=)$/;

/** Characters that Go's YAML does not accept unescaped, or reads as line breaks. */
const SPECIAL = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/;
const ALL_SPECIAL = new RegExp(SPECIAL, 'g');

/** Text of several lines that Go's YAML does not read as a block: it takes leading blanks, and tabs that start a line, for indentation. */
const NO_BLOCK = /^\s|\n *\t|\n +\n|\n\n+ /;

const OPTIONS: CreateNodeOptions & DocumentOptions & SchemaOptions & ToStringOptions = {
  // Quotes the booleans, null, octal numbers and timestamps of YAML 1.1.
  compat: 'yaml-1.1',
  // Reviewers read it: a value is one line, however long, and a part that occurs twice is written twice.
  lineWidth: 0,
  aliasDuplicateObjects: false,
  blockQuote: 'literal',
  doubleQuotedAsJSON: true,
};

export interface YamlOptions {
  /**
   * Whether to sort the keys of maps.
   * @default false
   */
  readonly sorted?: boolean;
}

/**
 * A value as YAML that Go's readers, YAML 1.1 and YAML 1.2 read alike. The value must be data: see `dataFindings`.
 * All YAML of this project is written by this function.
 */
export function toYaml(value: unknown, { sorted = false }: YamlOptions = {}): string {
  const options = { ...OPTIONS, sortMapEntries: sorted };
  const { Document } = yamlLibrary();
  const document = new Document(value, options);
  const hasSpecial = prepare(document.contents);
  const text = document.toString(options);
  return hasSpecial ? text.replace(ALL_SPECIAL, escaped) : text;
}

/** Several objects as the documents of one file. A CRD that `npm run import` has written is one line of JSON, which is YAML, too. */
export function toYamlDocuments(values: readonly unknown[]): string {
  return values.map((value) => (isGenerated(value) ? toJsonLine(value) : toYaml(value))).join('---\n');
}

/** Its schema is reviewed as a schema, not line by line, and as JSON it is written and read 50 times as fast. */
function isGenerated(value: unknown): value is { readonly spec?: object } {
  const annotations = valueAt(value, 'metadata', 'annotations');
  return isMap(annotations) && annotations[GENERATED_ANNOTATION] !== undefined;
}

/** The specs of generated CRDs as JSON. Environments share them. */
const specs = new WeakMap<object, string>();

function toJsonLine({ spec, ...object }: { readonly spec?: object }): string {
  const json = (value: unknown): string => JSON.stringify(value).replace(ALL_SPECIAL, escaped);
  if (spec === undefined) return `${json(object)}\n`;
  const text = specs.get(spec) ?? json(spec);
  specs.set(spec, text);
  return `${json(object).slice(0, -1)},"spec":${text}}\n`;
}

/** Decides for every scalar below a node how it is written. Returns whether any has special characters, which the library does not escape. */
function prepare(node: unknown): boolean {
  const { isScalar, isPair, isCollection } = yamlLibrary();
  if (isScalar(node)) return prepareScalar(node);
  if (isPair(node)) return [prepare(node.key), prepare(node.value)].includes(true);
  if (!isCollection(node)) return false;
  let hasSpecial = false;
  for (const item of node.items) hasSpecial = prepare(item) || hasSpecial;
  return hasSpecial;
}

function prepareScalar(scalar: Scalar): boolean {
  const { value } = scalar;
  // The API server stores 0: -0 would differ from it for ever.
  if (Object.is(value, -0)) scalar.value = 0;
  if (typeof value !== 'string') return false;
  const hasSpecial = SPECIAL.test(value);
  if (hasSpecial || AMBIGUOUS.test(value) || NO_BLOCK.test(value)) scalar.type = 'QUOTE_DOUBLE';
  return hasSpecial;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
