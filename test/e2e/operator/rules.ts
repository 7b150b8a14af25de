import { Platform } from '../../../constructs/platform';
import { local } from '../../../environments/local';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** All that the operator may do, as the platform installs it: what it does beyond that fails in these tests. */
export const RULES = new Platform('e2e', local)
  .stages()
  .flatMap(({ objects }) => objects)
  .filter(({ manifest }) => manifest.kind === 'Role')
  .flatMap(({ manifest }) => manifest['rules'] as readonly Rule[]);
