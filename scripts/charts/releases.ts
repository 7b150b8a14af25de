import type { Release } from '../../constructs/helm/delivery';
import { HelmRelease } from '../../constructs/helm/helm-release';
import { type Environment, Platform } from '../../constructs/platform';
import { environments } from '../../environments';

/** A Helm release of an environment. */
export interface EnvironmentRelease {
  readonly environment: string;
  readonly release: Release;
}

/** Every Helm release of every environment, in the order of stages. */
export function allReleases(all: Readonly<Record<string, Environment>> = environments): EnvironmentRelease[] {
  return Object.entries(all).flatMap(([environment, definition]) =>
    new Platform(environment, definition).node
      .findAll()
      .filter((construct) => construct instanceof HelmRelease)
      .map(({ release }) => ({ environment, release })),
  );
}
