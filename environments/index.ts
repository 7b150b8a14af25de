import type { Environment } from '../constructs/platform';
import { local } from './local';
import { production } from './production';
import { tutorial } from './tutorial';

/** Every environment is synthesized in one run, so that one diff shows what a change does to every cluster. */
export const environments: Readonly<Record<string, Environment>> = { local, tutorial, production };

/** The environment that is written into dist/ itself. The others go to folders of their names below it. */
export const defaultEnvironment = 'local';
