import type { ParseArgsConfig } from 'node:util';

type Flag = NonNullable<ParseArgsConfig['options']>[string];

/** Many users set these for npm in ~/.npmrc. Missing one does no harm: the command asks. */
const HARMLESS = ['yes', 'help'];

/**
 * The options that were given before `--`, as they should be written. npm parses them itself: `npm run deploy --dry-run` runs deploy without the
 * option, and sets npm_config_dry_run=true. The variable is empty for an option of npm's own that was not given. npm does not know which options
 * have a value: for `--context production` it sets npm_config_context=true and passes `production` on.
 */
export function flagsTakenByNpm(
  flags: readonly (readonly [string, Flag])[],
  environment: NodeJS.ProcessEnv,
  given: Readonly<Record<string, unknown>>,
): string[] {
  return flags.flatMap(([name, { type }]) => {
    const value = environment[`npm_config_${name.replaceAll('-', '_')}`] ?? '';
    if (value === '' || name in given || HARMLESS.includes(name)) return [];
    if (type === 'boolean') return [`--${name}`];
    // npm separates the values of a repeated option by an empty line.
    return value === 'true' ? [`--${name} …`] : value.split(/\n+/).map((each) => `--${name} ${each}`);
  });
}
