import { ApiObject } from 'cdk8s';
import type { Release } from '../../constructs/helm/delivery';
import { HelmRelease } from '../../constructs/helm/helm-release';
import { type Environment, Platform } from '../../constructs/platform';
import { environments } from '../../environments';
import type { Acknowledgement } from '../../manifests/finding';
import { formatKey, keyOf } from '../../manifests/manifest';

/** A Helm release of an environment. */
export interface EnvironmentRelease {
  readonly environment: string;
  readonly release: Release;
  /** What the environment has acknowledged about the objects that install it. */
  readonly acknowledged: readonly Acknowledgement[];
}

/** Every Helm release of every environment, in the order of stages. */
export function allReleases(all: Readonly<Record<string, Environment>> = environments): EnvironmentRelease[] {
  return Object.entries(all).flatMap(([environment, definition]) =>
    new Platform(environment, definition).node
      .findAll()
      .filter((construct) => construct instanceof HelmRelease)
      .map((construct) => ({ environment, release: construct.release, acknowledged: acknowledgedOf(construct, definition) })),
  );
}

function acknowledgedOf({ node }: HelmRelease, { acknowledged = [] }: Environment): Acknowledgement[] {
  const objects = node.findAll().filter((child) => child instanceof ApiObject);
  const names = objects.map(({ apiVersion, kind, name, metadata: { namespace } }) =>
    formatKey(keyOf({ apiVersion, kind, metadata: { name, namespace } })),
  );
  return acknowledged.filter(({ object }) => names.includes(object));
}

/** The releases of these names; an error message if a name is unknown. Without names, all. */
export function releasesNamed(names: readonly string[]): EnvironmentRelease[] | string {
  const releases = allReleases();
  const known = new Set(releases.map(({ release }) => release.name));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) return `No environment has a release ${unknown.join(', ')}. There are: ${[...known].sort().join(', ')}.`;
  return releases.filter(({ release }) => names.length === 0 || names.includes(release.name));
}
