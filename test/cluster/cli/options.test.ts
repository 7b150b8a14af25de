import { parseDuration } from '../../../cluster/cli/duration';
import { HELP } from '../../../cluster/cli/help';
import { COMMANDS, type Options, parseOptions } from '../../../cluster/cli/options';
import { CommandProblem } from '../../../cluster/problem';

function parsed(line: string): Options {
  const options = parseOptions(line.split(' '), {});
  if (!options) throw new Error(`${line} asks for help`);
  return options;
}

function messageFor(line: string, environment: NodeJS.ProcessEnv = {}): string {
  try {
    parseOptions(
      line.split(' ').filter((word) => word !== ''),
      environment,
    );
  } catch (error) {
    if (error instanceof CommandProblem && error.exitCode === 2) return error.message;
    throw error;
  }
  throw new Error(`${line} is valid`);
}

const firstLine = (text: string): string => text.split('\n')[0] ?? '';

test('deploys all of dist to the current context, with a timeout of 30 minutes, by default', () => {
  expect(parsed('deploy')).toEqual({
    command: 'deploy',
    folder: 'dist',
    stages: [],
    timeoutMilliseconds: 1_800_000,
    json: false,
    yes: false,
    dryRun: false,
    force: false,
    deleteData: false,
    allow: [],
    deleteNamespaceContents: false,
    adopt: [],
  });
});

test.each([
  ['--context production', { context: 'production' }],
  ['--timeout 90s', { timeoutMilliseconds: 90_000 }],
  ['--output json', { json: true }],
  ['--yes', { yes: true }],
  ['-y', { yes: true }],
  ['--dry-run', { dryRun: true }],
  ['--force-conflicts', { force: true }],
  ['--delete-data', { deleteData: true }],
  ['--allow restore --allow remove-repository=repo1', { allow: ['restore', 'remove-repository=repo1'] }],
  ['--delete-namespace-contents', { deleteNamespaceContents: true }],
  ['--adopt ConfigMap/one --adopt Secret/two', { adopt: ['ConfigMap/one', 'Secret/two'] }],
  ['--rename-from old', { renameFrom: 'old' }],
  ['--stage cvat --stage postgres', { stages: ['cvat', 'postgres'] }],
  ['dist/production --yes', { folder: 'dist/production', yes: true }],
])('deploy %s sets only its own options', (flags, change) => {
  expect(parsed(`deploy ${flags}`)).toEqual({ ...parsed('deploy'), ...change });
});

test.each(['dist', 'dist/production', './elsewhere', '/absolute', '..'])('takes %s as a folder', (folder) => {
  for (const command of COMMANDS) expect(parsed(`${command} ${folder}`)).toMatchObject({ folder, stages: [] });
});

test('ignores a slash at the end of a folder', () => {
  expect(parsed('status dist/production//').folder).toBe('dist/production');
  expect(parsed('status /').folder).toBe('/');
});

test('takes stages of destroy as positional arguments, beside a folder', () => {
  expect(parsed('destroy cvat dist/production 60-app-users')).toMatchObject({
    folder: 'dist/production',
    stages: ['cvat', '60-app-users'],
  });
  expect(parsed('destroy cvat --stage postgres').stages).toEqual(['cvat', 'postgres']);
});

test.each([
  ['', 'command: must be one of deploy, diff, status, destroy; got "". Run: npm run deploy'],
  ['undeploy', 'command: must be one of deploy, diff, status, destroy; got "undeploy". Run: npm run deploy'],
  ['deploy cvat', 'folder: must be dist, or have a slash; got "cvat". To select a stage, use --stage cvat.'],
  ['diff dist dist/production', 'folder: must be one folder; got dist and dist/production.'],
  ['status --output yaml', '--output: must be json; got "yaml".'],
  ['deploy --timeout 10', '--timeout: must be a duration such as 90s, 10m or 1h30m; got "10".'],
  ['deploy --timeout 0s', '--timeout: must be a duration such as 90s, 10m or 1h30m; got "0s".'],
  ['deploy --everything', "Unknown option '--everything'."],
  ['status --delete-data', "Unknown option '--delete-data'."],
  ['destroy --force-conflicts', "Unknown option '--force-conflicts'."],
  ['diff --context', "Option '--context <value>' argument missing."],
])('refuses "%s" as wrong usage, with the reason', (line, message) => {
  expect(firstLine(messageFor(line))).toBe(message);
});

describe('options before --, which npm does not pass on', () => {
  test.each([
    ['deploy', { dry_run: 'true' }, 'npm run deploy -- --dry-run'],
    ['deploy', { delete_data: 'true', force_conflicts: 'true' }, 'npm run deploy -- --delete-data --force-conflicts'],
    ['deploy prod', { context: 'true' }, 'npm run deploy -- --context …'],
    ['deploy dist/production', { context: 'prod' }, 'npm run deploy -- --context prod'],
    ['status', { stage: 'cvat\n\npostgres', output: 'json' }, 'npm run status -- --output json --stage cvat --stage postgres'],
    // status has no such option, but says so only when it gets it.
    ['status', { dry_run: 'true' }, 'npm run status -- --dry-run'],
  ])('are an error of %s: %j', (line, kept, right) => {
    const environment = Object.fromEntries(Object.entries(kept).map(([name, value]) => [`npm_config_${name}`, value]));
    expect(firstLine(messageFor(line, environment))).toBe(`Options must come after --: npm does not pass on others. Run: ${right}`);
  });

  test('are no error when they are also given after --, or with --help', () => {
    expect(parseOptions(['deploy', '--dry-run'], { npm_config_dry_run: 'true' })).toMatchObject({ dryRun: true });
    expect(parseOptions(['deploy', '--help'], { npm_config_dry_run: 'true' })).toBeUndefined();
  });

  test('are not assumed from defaults of npm, or from what many users set in ~/.npmrc', () => {
    expect(parseOptions(['deploy'], { npm_config_dry_run: '', npm_config_yes: 'true', npm_config_audit: 'true' })).toEqual(
      parsed('deploy'),
    );
  });
});

test('prints the help of the command on wrong usage', () => {
  for (const command of COMMANDS) expect(messageFor(`${command} --nothing`)).toContain(HELP[command]);
});

test.each(COMMANDS)('%s accepts -h and --help beside other arguments', (command) => {
  expect(parseOptions([command, '--help'], {})).toBeUndefined();
  expect(parseOptions([command, 'dist/production', '-h'], {})).toBeUndefined();
});

/** Every flag of any command, with a value where it has one. */
const FLAGS = [
  '--context NAME',
  '--stage NAME',
  '--timeout 30m',
  '--dry-run',
  '--force-conflicts',
  '--delete-data',
  '--allow CHANGE',
  '--yes',
  '--output json',
  '--delete-namespace-contents',
  '--adopt one',
  '--rename-from one',
];

test.each(COMMANDS)('the help of %s lists every option of the command, and no other', (command) => {
  const known = FLAGS.filter((flag) => {
    try {
      return parseOptions([command, ...flag.split(' ')], {}) !== undefined;
    } catch {
      return false;
    }
  });
  const mentioned = FLAGS.filter((flag) => HELP[command].split(/[\s,]+/).includes(flag.split(' ')[0] ?? ''));
  expect(mentioned).toEqual(known);
  // No option that no command has.
  expect((HELP[command].match(/--[a-z][a-z-]+/g) ?? []).filter((flag) => !FLAGS.some((each) => each.split(' ')[0] === flag))).toEqual([]);
});

test('the help states the default of --timeout', () => {
  const [, said = ''] = /--timeout (\S+)/.exec(HELP.deploy) ?? [];
  expect(parseDuration(said)).toBe(parsed('deploy').timeoutMilliseconds);
});
