import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { contractAnnotations } from '../../../manifests/contract';
import type { Need } from '../../../manifests/reference';
import { report } from '../../problem';
import type { ChartSource } from '../chart-source';
import { Delivery, type Release } from '../delivery';

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
    if (timeout !== undefined) {
      report(scope, 'timeout', {
        message: `must be left out, because an Application of Argo CD has no timeout; got "${timeout}".`,
        remedy: 'Set controller.sync.timeout.seconds in argocd-cmd-params-cm for all Applications.',
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
        annotations: contractAnnotations({ ...contract, needs: [...NEEDS, ...(contract.needs ?? [])] }),
      },
      spec: {
        project: 'default',
        destination: { server: 'https://kubernetes.default.svc', namespace },
        source: { ...source, helm: { releaseName: name, ...(Object.keys(values).length > 0 && { valuesObject: values }) } },
        syncPolicy: {
          // A chart without a CRD that it had before deletes every object of that kind.
          automated: { prune: !makesCrds(contract) && contract.holdsData === undefined, selfHeal: true },
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

/** The private ones need no reference: Argo CD finds a Secret with the label argocd.argoproj.io/secret-type by the address. */
function sourceOf(chart: ChartSource): Readonly<Record<string, string>> | undefined {
  switch (chart.kind) {
    case 'repository':
      return { repoURL: chart.url, chart: chart.name, targetRevision: chart.version };
    case 'oci':
      return { repoURL: chart.url, path: '.', targetRevision: chart.digest ?? chart.version };
    case 'git':
      return { repoURL: chart.url, path: chart.path, targetRevision: chart.commit ?? chart.tag };
    case 'archive':
      return undefined;
  }
}
