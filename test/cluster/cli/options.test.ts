import fc from 'fast-check';
import { parseDuration } from '../../../cluster/cli/duration';
import { HELP } from '../../../cluster/cli/help';
import { COMMANDS, type Options, parseOptions } from '../../../cluster/cli/options';
import { CommandProblem } from '../../../cluster/problem';
import { holds } from '../../properties';

function parsed(line: string): Options {
  const options = parseOptions(line.split(' '), {});
  if (!options) throw new Error(`${line} asks for help`);
  return options;
}

function refusal(line: string, environment: NodeJS.ProcessEnv = {}): string {
  try {
    parseOptions(
      line.split(' ').filter((word) => word !== ''),
      environment,
    );
  } catch (error) {
    if (error instanceof CommandProblem && error.exitCode === 2) return error.message;
    throw error;
  }
  throw new Error(`${line} is fine`);
}

const firstLine = (text: string): string => text.split('\n')[0] ?? '';

test('a command alone means all of dist, on the cluster where kubectl points, for half an hour a stage', () => {
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
  ['--stage cvat --stage postgres', { stages: ['cvat', 'postgres'] }],
  ['dist/production --yes', { folder: 'dist/production', yes: true }],
])('deploy %s says just that', (flags, change) => {
  expect(parsed(`deploy ${flags}`)).toEqual({ ...parsed('deploy'), ...change });
});

test.each(['dist', 'dist/production', './elsewhere', '/absolute', '..'])('%s is a folder', (folder) => {
  for (const command of COMMANDS) expect(parsed(`${command} ${folder}`)).toMatchObject({ folder, stages: [] });
});

test('a folder is the same with a slash behind it', () => {
  expect(parsed('status dist/production//').folder).toBe('dist/production');
  expect(parsed('status /').folder).toBe('/');
});

test('destroy takes stages as words, beside a folder', () => {
  expect(parsed('destroy cvat dist/production 60-app-users')).toMatchObject({
    folder: 'dist/production',
    stages: ['cvat', '60-app-users'],
  });
  expect(parsed('destroy cvat --stage postgres').stages).toEqual(['cvat', 'postgres']);
});

test.each([
  ['', 'There is no command "": npm run deploy, npm run diff, npm run status, npm run destroy.'],
  ['undeploy', 'There is no command "undeploy": npm run deploy, npm run diff, npm run status, npm run destroy.'],
  ['deploy cvat', '"cvat" is no folder. A stage is named by --stage cvat.'],
  ['diff dist dist/production', 'One folder at a time, not dist and dist/production.'],
  ['status --output yaml', '--output knows json only, not "yaml".'],
  ['deploy --timeout 10', '--timeout "10" is no duration. Write 90s, 10m or 1h30m.'],
  ['deploy --timeout 0s', '--timeout "0s" is no duration. Write 90s, 10m or 1h30m.'],
  ['deploy --everything', "Unknown option '--everything'."],
  ['status --delete-data', "Unknown option '--delete-data'."],
  ['destroy --force-conflicts', "Unknown option '--force-conflicts'."],
  ['diff --context', "Option '--context <value>' argument missing."],
])('"%s" is wrong usage, and is told why', (line, message) => {
  expect(firstLine(refusal(line))).toBe(message);
});

describe('a flag before --, which npm keeps for itself,', () => {
  test.each([
    ['deploy', { dry_run: 'true' }, 'npm run deploy -- --dry-run'],
    ['deploy', { delete_data: 'true', force_conflicts: 'true' }, 'npm run deploy -- --delete-data --force-conflicts'],
    ['deploy prod', { context: 'true' }, 'npm run deploy -- --context …'],
    ['deploy dist/production', { context: 'prod' }, 'npm run deploy -- --context prod'],
    ['status', { stage: 'cvat\n\npostgres', output: 'json' }, 'npm run status -- --output json --stage cvat --stage postgres'],
    // That status does not know it is told when it is there.
    ['status', { dry_run: 'true' }, 'npm run status -- --dry-run'],
  ])('of %s is not missed: %j', (line, kept, right) => {
    const environment = Object.fromEntries(Object.entries(kept).map(([name, value]) => [`npm_config_${name}`, value]));
    expect(firstLine(refusal(line, environment))).toMatch(/^npm keeps (an option|options) before -- for itself\. Write: /);
    expect(firstLine(refusal(line, environment))).toContain(` Write: ${right}`);
  });

  test('is no matter when it is given behind -- as well, or by a call for help', () => {
    expect(parseOptions(['deploy', '--dry-run'], { npm_config_dry_run: 'true' })).toMatchObject({ dryRun: true });
    expect(parseOptions(['deploy', '--help'], { npm_config_dry_run: 'true' })).toBeUndefined();
  });

  test('is not seen where npm only has defaults, or what many have in ~/.npmrc', () => {
    expect(parseOptions(['deploy'], { npm_config_dry_run: '', npm_config_yes: 'true', npm_config_audit: 'true' })).toEqual(
      parsed('deploy'),
    );
  });
});

test('whoever uses a command in a wrong way gets its help', () => {
  for (const command of COMMANDS) expect(refusal(`${command} --nothing`)).toContain(HELP[command]);
});

test.each(COMMANDS)('%s knows -h and --help, whatever else stands there', (command) => {
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
  '--yes',
  '--output json',
];

test.each(COMMANDS)('the help of %s mentions every option that it knows, and no other', (command) => {
  const known = FLAGS.filter((flag) => {
    try {
      return parseOptions([command, ...flag.split(' ')], {}) !== undefined;
    } catch {
      return false;
    }
  });
  const mentioned = FLAGS.filter((flag) => HELP[command].split(/[\s,]+/).includes(flag.split(' ')[0] ?? ''));
  expect(mentioned).toEqual(known);
  // And no flag that no command has.
  expect((HELP[command].match(/--[a-z][a-z-]+/g) ?? []).filter((flag) => !FLAGS.some((each) => each.split(' ')[0] === flag))).toEqual([]);
});

test('the default of --timeout is the one that the help says', () => {
  const [, said = ''] = /--timeout (\S+)/.exec(HELP.deploy) ?? [];
  expect(parseDuration(said)).toBe(parsed('deploy').timeoutMilliseconds);
});

describe('a duration', () => {
  const units = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

  test('is the sum of its parts', () => {
    const parts = fc.uniqueArray(fc.tuple(fc.nat({ max: 1000 }), fc.constantFrom(...(Object.keys(units) as (keyof typeof units)[]))), {
      minLength: 1,
      selector: ([, unit]) => unit,
    });
    holds(
      fc.property(parts, (all) => {
        const sum = all.reduce((total, [number, unit]) => total + number * units[unit], 0);
        expect(parseDuration(all.map(([number, unit]) => `${number}${unit}`).join(''))).toBe(sum === 0 ? undefined : sum);
      }),
    );
  });

  test('may have a fraction', () => {
    expect([parseDuration('1.5h'), parseDuration('0.5s')]).toEqual([5_400_000, 500]);
  });

  test.each(['', '10', 'm', '-5m', '10 m', '5d', '1h30', 'five minutes', '.5h', '10M'])('is not "%s"', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});
