import type { ParseArgsConfig } from 'node:util';

type Flag = NonNullable<ParseArgsConfig['options']>[string];

/** Many have set these for npm itself, in ~/.npmrc; and whoever meant us is only asked. */
const HARMLESS = ['yes', 'help'];

/**
 * The flags that npm has taken for its own, as they should be written: `npm run deploy --dry-run` calls us without the flag, and deploys. All that
 * is left of it is a variable, npm_config_dry_run=true; it is empty for a flag that npm knows itself and nobody has given. npm does not know which
 * of our flags have a value: of `--context production`, what is left is npm_config_context=true, and a positional.
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
    // npm puts an empty line between the values of a flag that is given twice.
    return value === 'true' ? [`--${name} …`] : value.split(/\n+/).map((each) => `--${name} ${each}`);
  });
}
