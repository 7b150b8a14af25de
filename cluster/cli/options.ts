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
  /** Names of stages, with or without their number. Empty: all. */
  readonly stages: readonly string[];
  /** The kubeconfig context; undefined: the current one. */
  readonly context?: string;
  readonly timeoutMilliseconds: number;
  readonly json: boolean;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly deleteData: boolean;
  /** Changes that may lose data: `remove-repository=repo1`. */
  readonly allow: readonly string[];
  readonly deleteNamespaceContents: boolean;
  /** Objects that deploy may adopt: `ConfigMap cvat/one`. */
  readonly adopt: readonly string[];
  /** The environment on the cluster that becomes the one of the folder. */
  readonly renameFrom?: string;
}

const COMMON = { context: { type: 'string' }, output: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;
const CHANGE = {
  timeout: { type: 'string' },
  yes: { type: 'boolean', short: 'y' },
  'delete-data': { type: 'boolean' },
  'delete-namespace-contents': { type: 'boolean' },
} as const;
const DRY_RUN = { 'dry-run': { type: 'boolean' } } as const;
const OWNERSHIP = {
  'force-conflicts': { type: 'boolean' },
  adopt: { type: 'string', multiple: true },
  'rename-from': { type: 'string' },
} as const;
const STAGE = { stage: { type: 'string', multiple: true } } as const;

const FLAGS: Readonly<Record<Command, NonNullable<ParseArgsConfig['options']>>> = {
  deploy: { ...COMMON, ...CHANGE, ...STAGE, ...DRY_RUN, ...OWNERSHIP, allow: { type: 'string', multiple: true } },
  diff: { ...COMMON, ...STAGE },
  status: { ...COMMON, ...STAGE },
  destroy: { ...COMMON, ...CHANGE, ...STAGE, ...DRY_RUN },
};

/** The first pull of all images can take this long. */
const DEFAULT_TIMEOUT = '30m';

/** Every flag of any command. */
const ALL_FLAGS = Object.values(FLAGS).reduce((all, flags) => ({ ...all, ...flags }));

/** Parses the arguments; undefined with --help. Throws a CommandProblem that includes the help. */
export function parseOptions([command, ...rest]: readonly string[], environment: NodeJS.ProcessEnv): Options | undefined {
  const known = COMMANDS.find((candidate) => candidate === command);
  if (!known) throw new CommandProblem(`command: must be one of ${COMMANDS.join(', ')}; got "${command ?? ''}". Run: npm run deploy`);
  const { values, positionals } = parse(known, rest);
  if (values['help'] === true) return undefined;
  const taken = flagsTakenByNpm(Object.entries(ALL_FLAGS), environment, values);
  if (taken.length > 0)
    throw usage(known, `Options must come after --: npm does not pass on others. Run: npm run ${known} -- ${taken.join(' ')}`);
  const folders = positionals.filter(isFolder);
  const stages = positionals.filter((positional) => !isFolder(positional));
  if (folders.length > 1) throw usage(known, `folder: must be one folder; got ${folders.join(' and ')}.`);
  if (stages.length > 0 && known !== 'destroy')
    throw usage(known, `folder: must be dist, or have a slash; got "${stages.join(' ')}". To select a stage, use --stage ${stages[0]}.`);
  const {
    context,
    output,
    timeout = DEFAULT_TIMEOUT,
    stage = [],
    allow = [],
    adopt = [],
    'rename-from': renameFrom,
  } = values as {
    allow?: string[];
    adopt?: string[];
    'rename-from'?: string;
    context?: string;
    output?: string;
    timeout?: string;
    stage?: string[];
  };
  if (output !== undefined && output !== 'json') throw usage(known, `--output: must be json; got "${output}".`);
  const timeoutMilliseconds = parseDuration(timeout);
  if (timeoutMilliseconds === undefined) throw usage(known, `--timeout: must be a duration such as 90s, 10m or 1h30m; got "${timeout}".`);
  if (renameFrom !== undefined && values['dry-run'] === true) throw usage(known, '--rename-from cannot be combined with --dry-run.');
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
    allow,
    deleteNamespaceContents: values['delete-namespace-contents'] === true,
    adopt,
    ...(renameFrom !== undefined && { renameFrom }),
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
