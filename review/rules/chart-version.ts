import type { InstalledRelease } from '../../manifests/helm-release';
import { releaseNotesOf } from '../release-notes';
import type { ReviewRule } from '../rule';
import { stepBetween } from '../version-step';

/** A release has another version of its chart, or another chart; or its new version is deprecated. */
export const chartVersion: ReviewRule = {
  name: 'chart-version',
  class: 'versions',
  check({ before, after, changes, isDeprecated }) {
    const old = new Map(before.objects.flatMap((object) => entryOf(before.releaseOf(object))));
    // The version can be in another object than the one that installs the release.
    const changed = new Map(changes.map((change) => [change.after, change]));
    return after.objects.flatMap((object) => {
      const release = after.releaseOf(object);
      const earlier = release && old.get(idOf(release));
      if (!release || (earlier && sourceOf(earlier) === sourceOf(release))) return [];
      const place = after.objects.find(({ manifest }) => manifest === release.places.version.manifest);
      const change = changed.get(object) ?? changed.get(place);
      if (!change) return [];
      const deprecated = isDeprecated(release.chartName, release.version ?? '') ? ' This version is deprecated by its authors.' : '';
      if (!earlier) return deprecated === '' ? [] : [{ change, field: '', message: `Chart ${release.chartName}:${deprecated}` }];
      return [
        { change, field: '', message: `${describe(earlier, release)}${deprecated}${releaseNotesOf(release.chart, release.version)}` },
      ];
    });
  },
};

function entryOf(release: InstalledRelease | undefined): [string, InstalledRelease][] {
  return release ? [[idOf(release), release]] : [];
}

function idOf({ namespace, name }: InstalledRelease): string {
  return `${namespace}/${name}`;
}

function sourceOf({ chartName, version, digest }: InstalledRelease): string {
  return JSON.stringify([chartName, version, digest]);
}

function describe(before: InstalledRelease, after: InstalledRelease): string {
  const versionOf = ({ version, digest }: InstalledRelease): string =>
    [version, digest].filter((part) => part !== undefined).join('@') || 'no version';
  const [from, to] = [versionOf(before), versionOf(after)];
  if (before.chartName !== after.chartName) return `Release ${after.name}: chart ${before.chartName} ${from} -> ${after.chartName} ${to}.`;
  return `Chart ${after.chartName} of release ${after.name}: ${from} -> ${to}${stepBetween(before.version, after.version)}.`;
}
