import type { EnvironmentObject } from '../../manifests/environment-objects';
import type { InstalledRelease } from '../../manifests/helm-release';
import type { EnvironmentChange } from '../environment-change';
import { nameOf, type ObjectChange } from '../object-change';
import type { ReviewRule, RuleFinding } from '../rule';

/** A Helm release is uninstalled, has another name or namespace, or is installed by another object. */
export const releaseIdentity: ReviewRule = {
  name: 'release-identity',
  class: 'data',
  check(environment) {
    return environment.changes.flatMap((change) => findingsOf(change, environment));
  },
};

function findingsOf(change: ObjectChange, { before, after }: EnvironmentChange): RuleFinding[] {
  const old = change.before && before.releaseOf(change.before);
  if (!change.before || !old) return [];
  const next = change.after && after.releaseOf(change.after);
  if (next && idOf(next) === idOf(old)) return [];
  const installer = after.objects.find((object) => {
    const release = after.releaseOf(object);
    return release !== undefined && idOf(release) === idOf(old);
  });
  return [{ change, field: '', message: messageOf(idOf(old), change.before, { next, installer }) }];
}

interface Later {
  /** The release that the object installs now. */
  readonly next: InstalledRelease | undefined;
  /** The object that installs the release now. */
  readonly installer: EnvironmentObject | undefined;
}

function messageOf(release: string, before: EnvironmentObject, { next, installer }: Later): string {
  if (installer) {
    return `Release ${release} is installed by ${nameOf(installer)} instead of ${nameOf(before)}: a client that deletes ${nameOf(before)} uninstalls it. deploy refuses, and says how to delete it without that.`;
  }
  return next
    ? `Release ${release} becomes ${idOf(next)}: the old one is uninstalled, with the volumes that its chart deletes, and the new one starts empty. Keep both names.`
    : `Release ${release} is uninstalled with ${nameOf(before)}, with the volumes that its chart deletes. Check what its chart keeps.`;
}

/** How Helm identifies a release. */
function idOf({ namespace, name }: InstalledRelease): string {
  return `${namespace}/${name}`;
}
