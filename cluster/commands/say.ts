import { createInterface } from 'node:readline/promises';
import type { Connection } from '../api/connection';
import type { Left, Taken } from '../destroy/take-away';
import type { Options } from '../options';
import type { Session } from '../session';

export function say(text: string): void {
  process.stdout.write(text === '' ? '\n' : `${text.trimEnd()}\n`);
}

/** A machine reads it: one line. */
export function sayJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Says to which cluster, and asks whether that is meant; without a terminal, and with --yes, nobody is asked. */
export async function confirmed(
  what: string,
  { context, server }: Connection,
  { yes, json }: Options,
  { signal }: Session,
): Promise<boolean> {
  const text = `${what}\n  context ${context}, server ${server}`;
  if (!json) say(text);
  if (yes || json || !process.stdin.isTTY || !process.stdout.isTTY) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question('Go on? [y/N] ', signal ? { signal } : {});
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

/** Objects, and why they are as they are. */
export function listed(title: string, left: readonly Left[]): string[] {
  return left.length === 0 ? [] : ['', title, ...left.flatMap(({ object, reason }) => [`  ${object}`, `    ${reason}`])];
}

export function listedTaken({ kept, refused }: Taken, keptTitle: string): string[] {
  return [...listed(keptTitle, kept), ...listed('Not taken away:', refused)];
}

export function counted(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
