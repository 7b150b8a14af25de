import { parseArgs, type ParseArgsConfig } from 'node:util';
import { parseDuration } from './duration';
import { type Command, HELP } from './help';
import { CommandProblem } from '../problem';
import { flagsTakenByNpm } from './npm-flags';

export const COMMANDS: readonly Command[] = ['deploy', 'diff', 'status', 'destroy'];

export interface Options {
  readonly command: Command;
  /** A folder that synth has written. */
  readonly folder: string;
  /** As a person calls them; all when none is named. */
  readonly stages: readonly string[];
  /** Of the kubeconfig; nothing: its current one. */
  readonly context?: string;
  readonly timeoutMilliseconds: number;
  readonly json: boolean;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly deleteData: boolean;
}

const COMMON = { context: { type: 'string' }, output: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;
const WAITING = { timeout: { type: 'string' }, yes: { type: 'boolean', short: 'y' }, 'delete-data': { type: 'boolean' } } as const;
const REHEARSING = { 'dry-run': { type: 'boolean' } } as const;
const STAGE = { stage: { type: 'string', multiple: true } } as const;

const FLAGS: Readonly<Record<Command, NonNullable<ParseArgsConfig['options']>>> = {
  deploy: { ...COMMON, ...WAITING, ...STAGE, ...REHEARSING, 'force-conflicts': { type: 'boolean' } },
  diff: { ...COMMON, ...STAGE },
  status: { ...COMMON, ...STAGE },
  destroy: { ...COMMON, ...WAITING, ...STAGE, ...REHEARSING },
};

/** Pulling images for the first time may take this long. */
const DEFAULT_TIMEOUT = '30m';

/** Every flag of any command. */
const ALL_FLAGS = Object.values(FLAGS).reduce((all, flags) => ({ ...all, ...flags }));

/** What a command line says; nothing when it asks for help. */
export function parseOptions([command, ...rest]: readonly string[], environment: NodeJS.ProcessEnv): Options | undefined {
  const known = COMMANDS.find((candidate) => candidate === command);
  if (!known) throw new CommandProblem(`There is no command "${command ?? ''}": ${COMMANDS.map((name) => `npm run ${name}`).join(', ')}.`);
  const { values, positionals } = parse(known, rest);
  if (values['help'] === true) return undefined;
  const swallowed = flagsTakenByNpm(Object.entries(ALL_FLAGS), environment, values);
  if (swallowed.length > 0) {
    const them = swallowed.length === 1 ? 'an option' : 'options';
    throw usage(known, `npm keeps ${them} before -- for itself. Write: npm run ${known} -- ${swallowed.join(' ')}`);
  }
  const folders = positionals.filter(isFolder);
  const stages = positionals.filter((positional) => !isFolder(positional));
  if (folders.length > 1) throw usage(known, `One folder at a time, not ${folders.join(' and ')}.`);
  if (stages.length > 0 && known !== 'destroy')
    throw usage(known, `"${stages.join(' ')}" is no folder. A stage is named by --stage ${stages[0]}.`);
  const {
    context,
    output,
    timeout = DEFAULT_TIMEOUT,
    stage = [],
  } = values as { context?: string; output?: string; timeout?: string; stage?: string[] };
  if (output !== undefined && output !== 'json') throw usage(known, `--output knows json only, not "${output}".`);
  const timeoutMilliseconds = parseDuration(timeout);
  if (timeoutMilliseconds === undefined) throw usage(known, `--timeout "${timeout}" is no duration. Write 90s, 10m or 1h30m.`);
  return {
    command: known,
    folder: (folders[0] ?? 'dist').replace(/(.)\/+$/, '$1'),
    stages: [...stages, ...stage],
    ...(context !== undefined && { context }),
    timeoutMilliseconds,
    json: output === 'json',
    yes: values['yes'] === true,
    dryRun: values['dry-run'] === true,
    force: values['force-conflicts'] === true,
    deleteData: values['delete-data'] === true,
  };
}

function parse(command: Command, args: readonly string[]): { values: Record<string, unknown>; positionals: string[] } {
  try {
    return parseArgs({ args: [...args], options: FLAGS[command], allowPositionals: true, strict: true });
  } catch (error) {
    throw usage(command, `${(error as Error).message.split('. To specify')[0]?.replace(/\.$/, '')}.`);
  }
}

const isFolder = (positional: string): boolean => positional === 'dist' || positional.includes('/') || positional.startsWith('.');

function usage(command: Command, message: string): CommandProblem {
  return new CommandProblem(`${message}\n\n${HELP[command]}`);
}
