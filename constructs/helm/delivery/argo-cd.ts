import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { contractAnnotations } from '../../../manifests/contract';
import { isSameObject } from '../../../manifests/custom-resource-definition';
import { tagOfVersion } from '../../../manifests/oci-tag';
import type { Need } from '../../../manifests/reference';
import { report } from '../../problem';
import type { ChartSource } from '../chart-source';
import { Delivery, type Release } from '../delivery';
import { reportNullValues } from '../null-values';

/** The namespace of the Applications: Argo CD reads those of other namespaces only when it is configured to. */
const NAMESPACE = 'argocd';

const INSTALL_ARGO_CD =
  'kubectl create namespace argocd && kubectl apply --server-side -n argocd -f https://raw.githubusercontent.com/argoproj/argo-cd/stable/manifests/install.yaml';

const NEEDS: readonly Need[] = [
  { kind: 'Namespace', name: NAMESPACE, remedy: INSTALL_ARGO_CD },
  { kind: 'CustomResourceDefinition', name: 'applications.argoproj.io', keys: ['v1alpha1/Application'], remedy: INSTALL_ARGO_CD },
];

/**
 * Delivery by Argo CD: an Application in the namespace argocd for a release. Argo CD renders the chart and applies its objects, so that there is no
 * release in Helm, and `helm list` does not show it. Needs Argo CD 3.1. https://argo-cd.readthedocs.io/en/stable/user-guide/helm/
 */
export function argoCd(): Delivery {
  return new ArgoCdDelivery();
}

class ArgoCdDelivery extends Delivery {
  override readonly namespace = NAMESPACE;
  /** Helm's own limit. */
  override readonly longestName = 53;

  override deliver(scope: Construct, { name, namespace, chart, values, timeout, contract }: Release): void {
    const source = sourceOf(chart);
    if (!source) {
      report(scope, 'chart', {
        message: 'must be in a repository, a registry or git, because Argo CD fetches it from there; got a packaged chart.',
        remedy: 'Publish the chart and use fromRepository, fromOci or fromGit, or choose the delivery rendered().',
      });
      return;
    }
    reportNullValues(scope, values, 'argoCd()');
    if (timeout !== undefined) {
      report(scope, 'timeout', {
        message: `must be left out, because an Application of Argo CD has no timeout; got "${timeout}".`,
        remedy: 'Set controller.sync.timeout.seconds in argocd-cmd-params-cm for all Applications.',
      });
    }
    if (chart.kind !== 'archive' && chart.ca !== undefined) {
      report(scope, 'chart.ca', {
        message: `must be left out, because Argo CD reads certificates by host from argocd-tls-certs-cm; got "${chart.ca}".`,
        remedy: `Run: argocd cert add-tls ${hostOf(chart.url)} --from ca.crt`,
      });
    }
    new ApiObject(scope, 'resource', {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: {
        name,
        namespace: NAMESPACE,
        // Without it, deleting the Application keeps all its objects.
        finalizers: ['resources-finalizer.argocd.argoproj.io/foreground'],
        annotations: contractAnnotations({
          ...contract,
          needs: [...NEEDS, ...loginNeeds(chart, contract.needs), ...(contract.needs ?? [])],
        }),
      },
      spec: {
        project: 'default',
        destination: { server: 'https://kubernetes.default.svc', namespace },
        source: {
          ...source,
          helm: { releaseName: name, ...skipCrds(contract), ...(Object.keys(values).length > 0 && { valuesObject: values }) },
        },
        syncPolicy: {
          // A chart without a CRD that it had before deletes every object of that kind; an operator is needed for as long as its objects are there.
          automated: { prune: !makesCrds(contract) && !contract.operates?.length && contract.holdsData === undefined, selfHeal: true },
          // CRDs are larger than the annotation of a client-side apply may be. The namespace is an object of dist.
          syncOptions: ['ServerSideApply=true'],
          // By default a sync that has failed five times is not tried again until something changes.
          retry: { limit: -1, backoff: { duration: '10s', factor: 2, maxDuration: '3m' } },
        },
      },
    });
  }
}

function makesCrds({ makes = [] }: Release['contract']): boolean {
  return makes.some(({ kind }) => kind === 'CustomResourceDefinition');
}

/** dist has the CRDs of what a release only operates. Argo CD would apply those of the chart over them. */
function skipCrds({ operates = [] }: Release['contract']): { readonly skipCrds?: true } {
  return operates.some(({ kind }) => kind === 'CustomResourceDefinition') ? { skipCrds: true } : {};
}

/**
 * The Secret of a private source. The Application does not refer to it: Argo CD finds it by its label and its address.
 * https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#repositories
 */
function loginNeeds(chart: ChartSource, declared: readonly Need[] = []): Need[] {
  if (chart.kind === 'archive' || chart.secret === undefined) return [];
  const { secret: name, url } = chart;
  const login = url.startsWith('ssh://') ? ['sshPrivateKey'] : ['password', 'username'];
  const type = { repository: 'helm', oci: 'oci', git: 'git' }[chart.kind];
  const files = login.map((key) => `--from-file=${key}`).join(' ');
  const kubectl = `kubectl --namespace ${NAMESPACE}`;
  const need: Need = {
    kind: 'Secret',
    namespace: NAMESPACE,
    name,
    keys: [...login, 'type', 'url'],
    remedy:
      `${kubectl} create secret generic ${name} --from-literal=type=${type} --from-literal=url=${url} ${files}\n` +
      `${kubectl} label secret ${name} argocd.argoproj.io/secret-type=repository`,
  };
  return declared.some((other) => isSameObject(need, other)) ? [] : [need];
}

function hostOf(url: string): string {
  return /^[a-z]+:\/\/(?:[^/@]*@)?([^/:]+)/.exec(url)?.[1] ?? 'HOST';
}

/** A private source needs no reference. */
function sourceOf(chart: ChartSource): Readonly<Record<string, string>> | undefined {
  switch (chart.kind) {
    case 'repository':
      return { repoURL: chart.url, chart: chart.name, targetRevision: chart.version };
    case 'oci':
      return { repoURL: chart.url, path: '.', targetRevision: chart.digest ?? tagOfVersion(chart.version) };
    case 'git':
      return { repoURL: chart.url, path: chart.path, targetRevision: chart.commit ?? chart.tag };
    case 'archive':
      return undefined;
  }
}
