import type { Connection } from '../api/connection';
import type { Left, Taken } from '../destroy/take-away';
import type { Options } from '../options';
import type { Session } from '../session';
import { ask } from '../terminal/ask';

export function say(text: string): void {
  process.stdout.write(text === '' ? '\n' : `${text.trimEnd()}\n`);
}

/** A machine reads it: one line. */
export function sayJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** What a person is asked to agree to. */
export interface Question {
  readonly what: string;
  /** Lines that say what will be gone. */
  readonly consequences: readonly string[];
}

/** Says to which cluster, and asks whether that is meant; without a terminal, and with --yes, nobody is asked. */
export async function confirmed(
  { what, consequences }: Question,
  { context, server }: Connection,
  { yes, json }: Options,
  { signal }: Session,
): Promise<boolean> {
  const text = [what, `  context ${context}, server ${server}`, ...consequences, ...(consequences.length > 0 ? [''] : [])].join('\n');
  if (!json) process.stdout.write(`${text}\n`);
  if (yes || json || !process.stdin.isTTY || !process.stdout.isTTY) return true;
  return ask('Go on? [y/N] ', { input: process.stdin, output: process.stdout }, signal);
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
