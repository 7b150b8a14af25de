import type { Connection } from '../../api/connection';
import type { NotDeleted, DeletionResult } from '../../delete/deletion';
import type { Options } from '../options';
import { CommandProblem } from '../../problem';
import type { Session } from '../../session';
import { ask } from '../terminal/ask';

export function print(text: string): void {
  process.stdout.write(text === '' ? '\n' : `${text.trimEnd()}\n`);
}

/** A machine reads it: one line. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Says what will be done, or looked at, and on which cluster. A machine knows that already. */
export function announce(
  what: string,
  { context, server }: Connection,
  { json }: Options,
  stream: NodeJS.WritableStream = process.stdout,
): void {
  if (!json) stream.write(`${what}\n  context ${context}, server ${server}\n`);
}

/** Tells what will be gone, and asks whether that is meant; without a terminal, and with --yes, nobody is asked. */
export async function confirmed(consequences: readonly string[], { yes, json }: Options, { signal }: Session): Promise<boolean> {
  if (!json && consequences.length > 0) process.stdout.write(`${consequences.join('\n')}\n\n`);
  if (yes || json || !process.stdin.isTTY || !process.stdout.isTTY) return true;
  return ask('Go on? [y/N] ', { input: process.stdin, output: process.stdout }, signal);
}

/** In the middle of JSON nobody can be asked; but at a terminal, somebody should be. */
export function needYes({ command, json, yes, dryRun }: Options): void {
  if (json && !yes && !dryRun && process.stdin.isTTY)
    throw new CommandProblem(
      `With --output json nobody is asked whether to go on. At a terminal, say so: npm run ${command} -- --output json --yes`,
    );
}

/** Objects, and why they are as they are. */
export function listed(title: string, left: readonly NotDeleted[]): string[] {
  return left.length === 0 ? [] : ['', title, ...left.flatMap(({ object, reason }) => [`  ${object}`, `    ${reason}`])];
}

export function listedTaken({ kept, refused }: DeletionResult, keptTitle: string): string[] {
  return [...listed(keptTitle, kept), ...listed('Not taken away:', refused)];
}

export function counted(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
