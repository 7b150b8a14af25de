import type * as yaml from 'yaml';
import { parseBlockYaml } from './block-yaml';

/** A document of a YAML text. */
export interface YamlDocument {
  /** Null for an empty document. */
  readonly value: unknown;
  /** Why it is not valid. */
  readonly error?: string;
}

/** The documents of a text, also of one that another program has written. */
export function parseYamlDocuments(text: string): YamlDocument[] {
  const values = parseBlockYaml(text);
  if (values) return values.map((value) => ({ value }));
  return [...yamlLibrary().parseAllDocuments(text)].map((document) => {
    const [error] = document.errors;
    return error ? { value: null, error: error.message } : { value: document.toJS() as unknown };
  });
}

/** The value of a text with one document. Throws an error that says what is not valid. */
export function parseYaml(text: string): unknown {
  const values = parseBlockYaml(text);
  return values?.length === 1 ? values[0] : yamlLibrary().parse(text);
}

/** Loaded only for a text that is not as toYaml writes it: that takes as long as all the rest of a command's start. */
export function yamlLibrary(): typeof yaml {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('yaml') as typeof yaml;
}
