import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * A request to a real CVAT 2.73.0 and its answer. Those in chosen.jsonl are as they were recorded, but for what does not matter: headers that
 * say nothing about accounts, the text of long pages, dates of cookies. Tokens were never recorded, passwords are replaced by words.
 */
export interface Exchange {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  readonly response: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string | null>>;
    readonly body: unknown;
  };
}

/** Committed, and always replayed. */
export const chosenExchanges = (): readonly Exchange[] => read(join(__dirname, 'chosen.jsonl'));

/** The file of all recorded exchanges, if there is one. A wrong path in CVAT_EXCHANGES is an error. */
const recorded = process.env['CVAT_EXCHANGES'];

export const allExchanges = (): readonly Exchange[] | undefined => (recorded === undefined ? undefined : read(recorded));

/** CVAT's own description of its API may lie beside the recorded exchanges. */
export const openApiFile = (): string | undefined => (recorded === undefined ? undefined : join(dirname(recorded), 'openapi-2.73.0.yml'));

/** An exchange by its name. */
export function named(exchanges: readonly Exchange[], name: string): Exchange {
  const exchange = exchanges.find((candidate) => candidate.name === name);
  if (!exchange) throw new Error(`There is no recorded exchange "${name}".`);
  return exchange;
}

export type Fields = Readonly<Record<string, unknown>>;

/** The body of a request or an answer, if it is an object. */
export function fieldsOf(body: unknown): Fields | undefined {
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Fields) : undefined;
}

function read(file: string): Exchange[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Exchange);
}
