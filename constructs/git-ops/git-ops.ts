import { contractOf } from '../../manifests/contract';
import { crdsOperatedBy, isCrd, isNamespace } from '../../manifests/custom-resource-definition';
import type { Finding } from '../../manifests/finding';
import { releaseOf } from '../../manifests/helm-release';
import { formatKey, groupKindOf, groupOf, keyOf, type Manifest } from '../../manifests/manifest';
import type { Stage } from '../../manifests/stage';

/** Where a GitOps controller reads dist from. */
export type GitOpsSource = GitSource | ArtifactSource;

export interface GitSource {
  readonly kind: 'git';
  /** `https://github.com/example/platform`, or with ssh: `ssh://git@github.com/example/platform`. */
  readonly url: string;
  readonly branch: string;
  /** The Secret with the credentials, beside the source. Argo CD finds its Secret by the address and ignores this name. */
  readonly secret?: string;
}

export interface ArtifactSource {
  readonly kind: 'artifact';
  /** Without a tag: `oci://ghcr.io/example/platform`. */
  readonly url: string;
  /** The tag that is moved to the newest artifact, such as `latest`. */
  readonly tag: string;
  readonly secret?: string;
}

/** A branch of a git repository that contains dist/. */
export function gitSource(url: string, options: { branch: string; secret?: string }): GitSource {
  return { kind: 'git', url, ...options };
}

/** An artifact that contains dist/. docs/deliveries.md has the commands that push one for Flux and for Argo CD. */
export function artifactSource(url: string, options: { tag: string; secret?: string }): ArtifactSource {
  return { kind: 'artifact', url, ...options };
}

/** One environment, as it is in the source. */
export interface GitOpsInput {
  readonly environment: string;
  /** The folder of the environment in the source: `dist/production`. */
  readonly folder: string;
  readonly stages: readonly Stage[];
}

export type GitOpsFinding = [stage: string, field: string, Finding];

/** Who applies the stages of an environment in their order: fluxGitOps() or argoCdGitOps(). Without it, `deploy` or kubectl does. */
export interface GitOps {
  /** The files of the environment's folder gitops/, which is not a stage: commands and `kubectl apply -f` do not read it. */
  files(input: GitOpsInput): ReadonlyMap<string, readonly Manifest[]>;
  /** What cannot work with this environment, by stage (empty: all of them) and field. */
  findings(input: GitOpsInput): GitOpsFinding[];
}

/** Kinds that lose data when they are deleted, also without a contract. */
const DATA_KINDS = ['PersistentVolumeClaim', 'PostgresCluster.postgres-operator.crunchydata.com'];

/**
 * Whether a controller may delete what a stage no longer has. Not where data could go with it, nor an operator, nor what protects data: controllers
 * delete in no order, and an operator has to be deleted after its custom resources.
 */
export function canPrune({ objects }: Stage): boolean {
  return !objects.some(
    ({ manifest }) =>
      contractOf(manifest).holdsData !== undefined ||
      DATA_KINDS.includes(groupKindOf(manifest)) ||
      isNamespace(manifest) ||
      isCrd(manifest) ||
      crdsOperatedBy(manifest).length > 0 ||
      groupOf(manifest.apiVersion) === 'admissionregistration.k8s.io',
  );
}

/** Releases whose state the controller cannot see, so that it would apply the next stage at once. */
export function unsupportedReleases(stages: readonly Stage[], supported: string, controller: string): GitOpsFinding[] {
  return stages.flatMap(({ name, objects }) =>
    objects
      .filter(({ manifest }) => releaseOf(manifest) && groupKindOf(manifest) !== supported)
      .map(({ manifest }): GitOpsFinding => [
        name,
        'gitOps',
        {
          message: `must deliver charts in a way that ${controller} waits for; got ${formatKey(keyOf(manifest))}.`,
          remedy: `Set delivery to ${controller === 'Flux' ? 'flux()' : 'argoCd()'} or rendered(), or leave gitOps out.`,
        },
      ]),
  );
}
