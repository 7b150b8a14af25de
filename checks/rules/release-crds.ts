import { satisfies } from 'semver';
import { contractOf, RELEASES_ANNOTATION } from '../../manifests/contract';
import { CRD_KIND } from '../../manifests/custom-resource-definition';
import type { EnvironmentObject, EnvironmentObjects } from '../../manifests/environment-objects';
import { exactVersionOf } from '../../manifests/exact-version';
import { fieldOf } from '../../manifests/helm-release';
import { keyOf } from '../../manifests/manifest';
import type { Rule, RuleFinding } from '../rule';

/** A release whose CRDs are in dist/ has a version that these CRDs are of: its controller may use fields that other ones do not have. */
export const releaseCrds: Rule = {
  name: 'release-crds',
  check(environment) {
    return environment.objects.flatMap((object): RuleFinding[] => {
      const installed = installedVersion(object, environment);
      const version = installed && exactVersionOf(installed.version);
      const others = new Set(rangesOf(object, environment).filter((range) => version !== undefined && !satisfies(version, range)));
      return [...others].map((range) => ({
        object: installed?.object ?? object,
        field: installed?.field ?? '',
        message: `must be one of ${range}, the versions that the CRDs in imports/schemas/ are of; got "${version}".`,
        remedy: 'Change tag, checksums and releases in scripts/crd-sources.ts, and run: npm run fetch-crds && npm run import',
      }));
    });
  },
};

/** The version of an operator that a release installs, and where a person can change it. */
interface InstalledVersion {
  /** As the release or the chart has it: `5.8.7`. May be a range, which is not compared. */
  readonly version: string;
  /** The object that contains the version, which is not always the release: an OCIRepository has the tag. */
  readonly object: EnvironmentObject;
  /** `spec.version`. Empty for a rendered chart, whose objects do not contain it. */
  readonly field: string;
}

/** The version of the release, and where it is written. That of a rendered chart is known from its objects. */
function installedVersion(object: EnvironmentObject, environment: EnvironmentObjects): InstalledVersion | undefined {
  const release = environment.releaseOf(object);
  if (release?.version !== undefined) {
    const place = release.places.version;
    return { version: release.version, object: environment.find(keyOf(place.manifest)) ?? object, field: fieldOf(place) };
  }
  const [, version] = object.chart?.split(' ') ?? [];
  return version === undefined ? undefined : { version, object, field: '' };
}

/** The versions that the CRDs which an object operates are of, where they say so. */
function rangesOf({ manifest }: EnvironmentObject, environment: EnvironmentObjects): string[] {
  return (contractOf(manifest).operates ?? []).flatMap(({ kind, name }) => {
    const crd = kind === CRD_KIND.kind ? environment.find({ ...CRD_KIND, name }) : undefined;
    return crd?.manifest.metadata.annotations?.[RELEASES_ANNOTATION] ?? [];
  });
}
