import type { Connection } from '../../api/connection';
import type { DeletionResult } from '../../delete/deletion';
import type { NotDeleted } from '../../delete/target';
import type { Options } from '../options';

/** 128 + SIGPIPE, the exit code of a shell. Node ignores that signal. */
const BROKEN_PIPE = 141;

/** Ends the process without an error when the reader of a pipe has closed it: `npm run status | head -1`. */
export function exitOnBrokenPipe(stream: NodeJS.EventEmitter, exit: (code: number) => void): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    exit(BROKEN_PIPE);
  });
}

export function print(text: string): void {
  process.stdout.write(text === '' ? '\n' : `${text.trimEnd()}\n`);
}

/** Prints a value as one line of JSON. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Prints what the command is about to do, and on which cluster; nothing with --output json. */
export function announce(
  what: string,
  { context, server }: Connection,
  { json }: Options,
  stream: NodeJS.WritableStream = process.stdout,
): void {
  if (!json) stream.write(`${what}\n  context ${context}, server ${server}\n`);
}

/** A title, and objects below it with their reasons; nothing without objects. */
export function listed(title: string, objects: readonly NotDeleted[]): string[] {
  return objects.length === 0 ? [] : ['', title, ...objects.flatMap(({ object, reason }) => [`  ${object}`, `    ${reason}`])];
}

/** The title above objects that are kept because they are not ours. */
const NOT_OURS = 'Kept, because not ours:';

/** What a deletion has kept, and what it could not delete. */
export function listedNotDeleted({ kept, refused }: DeletionResult, keptTitle: string): string[] {
  return [
    ...listed(
      keptTitle,
      kept.filter(({ notOurs }) => !notOurs),
    ),
    ...listed(
      NOT_OURS,
      kept.filter(({ notOurs }) => notOurs),
    ),
    ...listed('Not deleted:', refused),
  ];
}

/** `1 object`, `2 objects` */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
