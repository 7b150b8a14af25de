import { ENVIRONMENT_LABEL } from '../../manifests/contract';
import { formatKey, groupKindOf, groupOf, keyOf, type Manifest } from '../../manifests/manifest';
import type { Stage } from '../../manifests/stage';
import { canPrune, type GitOps, type GitOpsFinding, type GitOpsInput, type GitOpsSource, unsupportedReleases } from './git-ops';
import { APPLICATION_LUA, HEALTHS } from './health';
import { sourceFindings } from './source-findings';

const NAMESPACE = 'argocd';

export interface ArgoCdGitOpsOptions {
  /** Where Argo CD reads dist from: gitSource(…) or artifactSource(…). */
  readonly source: GitOpsSource;
}

/**
 * Argo CD applies the stages: a parent Application with one child for each, in the order of their sync waves. The parent waits for a child only
 * when argocd-cm says when an Application is healthy: gitops/health/ has the patch. https://argo-cd.readthedocs.io/en/stable/operator-manual/health/
 */
export function argoCdGitOps({ source }: ArgoCdGitOpsOptions): GitOps {
  return {
    files: (input) => filesOf(source, input),
    findings: (input) => [
      ...sourceFindings(source).map(([field, finding]): GitOpsFinding => ['', field, finding]),
      ...unsupportedReleases(input.stages, 'Application.argoproj.io', 'Argo CD'),
      ...namesInUse(input, filesOf(source, input)),
    ],
  };
}

/** A release is an Application, too, in the same namespace: two of one name would overwrite each other. */
function namesInUse({ stages }: GitOpsInput, files: ReadonlyMap<string, readonly Manifest[]>): GitOpsFinding[] {
  const own = [...files.values()].flat().map((manifest) => formatKey(keyOf(manifest)));
  return stages.flatMap(({ name, objects }) =>
    objects
      .map(({ manifest }) => formatKey(keyOf(manifest)))
      .filter((key) => own.includes(key))
      .map((key): GitOpsFinding => {
        const message = `must not have the name of an Application that applies the stages; got ${key}.`;
        return [name, 'gitOps', { message, remedy: 'Rename the release or the environment.' }];
      }),
  );
}

function filesOf(source: GitOpsSource, { environment, folder, stages }: GitOpsInput): Map<string, readonly Manifest[]> {
  const from = { repoURL: source.url, targetRevision: source.kind === 'git' ? source.branch : source.tag };
  const application = (name: string, prune: boolean, metadata: object, path: object): Manifest => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: NAMESPACE, labels: { [ENVIRONMENT_LABEL]: environment }, ...metadata },
    spec: {
      project: 'default',
      destination: { server: 'https://kubernetes.default.svc' },
      source: { ...from, ...path },
      syncPolicy: {
        automated: { prune, selfHeal: true },
        // A custom resource may be of a CRD that comes with the same stage.
        syncOptions: ['ServerSideApply=true', 'SkipDryRunOnMissingResource=true'],
        retry: { limit: -1, backoff: { duration: '10s', factor: 2, maxDuration: '3m' } },
      },
    },
  });
  const child = (stage: Stage, index: number): Manifest => {
    const prune = canPrune(stage);
    const wave = { annotations: { 'argocd.argoproj.io/sync-wave': String(index) } };
    // With the finalizer, the objects are deleted with the Application; without it they are kept.
    const finalizers = prune ? { finalizers: ['resources-finalizer.argocd.argoproj.io/foreground'] } : {};
    const path = { path: folder, directory: { include: `${stage.name}.k8s.yaml` } };
    return application(`${environment}-${stage.name}`, prune, { ...wave, ...finalizers }, path);
  };
  return new Map([
    ['argo-cd.k8s.yaml', [application(environment, true, {}, { path: `${folder}/gitops/applications` })]],
    ['applications/applications.k8s.yaml', stages.map(child)],
    ['health/argocd-cm.k8s.yaml', [healthPatch(stages)]],
  ]);
}

/** A patch, because the ConfigMap belongs to Argo CD's installation: docs/deliveries.md has the command. */
function healthPatch(stages: readonly Stage[]): Manifest {
  const kinds = new Set(stages.flatMap(({ objects }) => objects.map(({ manifest }) => groupKindOf(manifest))));
  const used = HEALTHS.filter((health) => kinds.has(groupKindOf(health)));
  const key = (group: string, kind: string): string => `resource.customizations.health.${group}_${kind}`;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'argocd-cm', namespace: NAMESPACE },
    data: Object.fromEntries([
      [key('argoproj.io', 'Application'), APPLICATION_LUA],
      ...used.map(({ apiVersion, kind, lua }) => [key(groupOf(apiVersion), kind), lua]),
    ]),
  };
}
