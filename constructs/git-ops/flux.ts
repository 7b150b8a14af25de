import { ENVIRONMENT_LABEL } from '../../manifests/contract';
import { groupKindOf, type Manifest } from '../../manifests/manifest';
import { type Stage } from '../../manifests/stage';
import { canPrune, type GitOps, type GitOpsFinding, type GitOpsInput, type GitOpsSource, unsupportedReleases } from './git-ops';
import { HEALTHS } from './health';
import { sourceFindings } from './source-findings';

const NAMESPACE = 'flux-system';

/** How often Flux looks for a new commit or artifact. */
const SOURCE_INTERVAL = '1m';

/** How often a stage is applied again, which repairs what was changed by hand. */
const STAGE_INTERVAL = '30m';

/** The longest that a stage may take: a release may take 15 minutes, and several databases more. After it the stage is applied again. */
const STAGE_TIMEOUT = '30m';

export interface FluxGitOpsOptions {
  /** Where Flux reads dist from: gitSource(…) or artifactSource(…). */
  readonly source: GitOpsSource;
}

/**
 * Flux' kustomize-controller applies the stages: one Kustomization for each, which depends on the one before and waits until all of it is ready.
 * `kubectl apply -f dist/<environment>/gitops/` starts it once; afterwards the source decides. https://fluxcd.io/flux/components/kustomize/
 */
export function fluxGitOps({ source }: FluxGitOpsOptions): GitOps {
  return {
    files: (input) => filesOf(source, input),
    findings: (input) => [
      ...sourceFindings(source).map(([field, finding]): GitOpsFinding => ['', field, finding]),
      ...unsupportedReleases(input.stages, 'HelmRelease.helm.toolkit.fluxcd.io', 'Flux'),
      ...longNames(input),
    ],
  };
}

/** Flux labels each object with the name of its Kustomization, and a label has at most 63 characters. */
const LONGEST_NAME = 63;

function longNames({ environment, stages }: GitOpsInput): GitOpsFinding[] {
  return stages.flatMap((stage): GitOpsFinding[] => {
    const name = nameOf(environment, stage);
    if (name.length <= LONGEST_NAME) return [];
    const message = `must have at most ${LONGEST_NAME} characters, because Flux labels each object of the stage with it; got ${name.length}: "${name}".`;
    return [
      [stage.name, 'gitOps, name of the Kustomization', { message, remedy: 'Use a shorter name for the release or the environment.' }],
    ];
  });
}

function nameOf(environment: string, stage: Stage): string {
  return `${environment}-${stage.name}`;
}

function filesOf(source: GitOpsSource, input: GitOpsInput): Map<string, readonly Manifest[]> {
  const { environment, folder, stages } = input;
  const sourceObject = sourceOf(source, environment);
  const sourceRef = { kind: sourceObject.kind, name: environment };
  const kustomization = (name: string, spec: object): Manifest => ({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: NAMESPACE, labels: { [ENVIRONMENT_LABEL]: environment } },
    spec: { interval: STAGE_INTERVAL, retryInterval: '1m', sourceRef, ...spec },
  });

  // Flux keeps its own objects up to date by this one. Deleted, it leaves the stages as they are.
  const root = kustomization(environment, {
    path: `./${folder}/gitops/entry`,
    prune: true,
    deletionPolicy: 'Orphan',
  });
  const children = stages.map((stage, index) => {
    const before = stages[index - 1];
    return kustomization(nameOf(environment, stage), {
      path: `./${folder}/gitops/stages/${stage.name}`,
      ...(before && { dependsOn: [{ name: nameOf(environment, before) }] }),
      prune: canPrune(stage),
      // Deleting the Kustomization waits until what it prunes is deleted.
      ...(canPrune(stage) && { deletionPolicy: 'WaitForTermination' }),
      wait: true,
      timeout: STAGE_TIMEOUT,
      ...healthOf(stage),
    });
  });
  return new Map([
    ['flux.k8s.yaml', [sourceObject, root, ...children]],
    // These folders are read by Flux alone: `kubectl apply -f` does not read folders below the one that it is given.
    ['entry/kustomization.yaml', [kustomizationFile('entry', '../flux.k8s.yaml')]],
    ...stages.map(({ name }): [string, Manifest[]] => [
      `stages/${name}/kustomization.yaml`,
      [kustomizationFile(name, `../../../${name}.k8s.yaml`)],
    ]),
  ]);
}

/** Flux builds with no restriction but the root of the source, so that a file outside of the folder can be named. */
function kustomizationFile(name: string, resource: string): Manifest {
  return { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', metadata: { name }, resources: [resource] };
}

function healthOf({ objects }: Stage): object {
  const kinds = new Set(objects.map(({ manifest }) => groupKindOf(manifest)));
  const used = HEALTHS.filter((health) => kinds.has(groupKindOf(health)));
  return used.length === 0 ? {} : { healthCheckExprs: used.map(({ apiVersion, kind, cel }) => ({ apiVersion, kind, current: cel })) };
}

function sourceOf({ secret, ...source }: GitOpsSource, environment: string): Manifest {
  const isGit = source.kind === 'git';
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: isGit ? 'GitRepository' : 'OCIRepository',
    metadata: { name: environment, namespace: NAMESPACE, labels: { [ENVIRONMENT_LABEL]: environment } },
    spec: {
      interval: SOURCE_INTERVAL,
      url: source.url,
      ref: isGit ? { branch: source.branch } : { tag: source.tag },
      ...(secret !== undefined && { secretRef: { name: secret } }),
    },
  };
}
