import { ApiError } from '../../../cluster/api/api-error';
import { refuseHandover } from '../../../cluster/deploy/handover';
import type { Target } from '../../../cluster/delete/target';
import { keyOf, type Manifest } from '../../../manifests/manifest';
import { MemoryCluster } from '../support/memory-cluster';
import { manifest } from '../support/objects';

const target = (what: string, inDist: boolean, spec: object): Target => {
  const object = manifest(what, { spec });
  return { stage: '20-postgres-operator', key: keyOf(object), inDist, manifest: object };
};

const helmChart = (inDist: boolean, name = 'pgo'): Target =>
  target(`helm.cattle.io/v1 HelmChart kube-system/${name}`, inDist, { targetNamespace: 'crunchy-pgo' });
const helmRelease = (inDist: boolean, namespace = 'crunchy-pgo'): Target =>
  target('helm.toolkit.fluxcd.io/v2 HelmRelease flux-system/pgo', inDist, { releaseName: 'pgo', targetNamespace: namespace });
const application = (inDist: boolean): Target =>
  target('argoproj.io/v1alpha1 Application argocd/pgo', inDist, {
    destination: { namespace: 'crunchy-pgo' },
    source: { chart: 'pgo' },
  });

/** With those that are not in dist on the cluster. */
async function refusal(...targets: readonly Target[]): Promise<string> {
  const cluster = new MemoryCluster(...targets.flatMap(({ manifest: object, inDist }) => (object && !inDist ? [object] : [])));
  const inDist = targets.filter((each) => each.inDist);
  return refuseHandover(cluster, inDist).then(
    () => '',
    (error: Error) => error.message,
  );
}

test('refuses to take a release over from k3s, and names the commands that keep it', async () => {
  expect(await refusal(helmChart(false), helmRelease(true))).toBe(
    `Nothing was applied: 1 release changes its delivery.

  HelmChart kube-system/pgo installed the release that HelmRelease flux-system/pgo takes over. Delete it without uninstalling the release:
    kubectl -n kube-system annotate helmchart pgo helmcharts.helm.cattle.io/unmanaged=true
    kubectl -n kube-system delete helmchart pgo --wait=false
    kubectl -n kube-system patch helmchart pgo --type merge -p '{"metadata":{"finalizers":null}}'`,
  );
});

test('suspends a HelmRelease before it is deleted, and removes the finalizer of an Application', async () => {
  expect(await refusal(helmRelease(false), helmChart(true))).toContain(
    `    kubectl -n flux-system patch helmrelease pgo --type merge -p '{"spec":{"suspend":true}}'\n    kubectl -n flux-system delete helmrelease pgo`,
  );
  expect(await refusal(application(false), helmRelease(true))).toContain(
    `    kubectl -n argocd patch application pgo --type merge -p '{"metadata":{"finalizers":null}}'\n    kubectl -n argocd delete application pgo`,
  );
});

test('marks a release that data protection guards, because the API server refuses to delete it otherwise', async () => {
  const mark = 'platform.kapernikov.com/delete=with-its-data';
  const guarded = (target: Target): Target => ({
    ...target,
    manifest: {
      ...(target.manifest as Manifest),
      metadata: {
        ...(target.manifest as Manifest).metadata,
        annotations: { 'platform.kapernikov.com/needed-by': 'every PostgresCluster' },
      },
    },
  });
  expect(await refusal(guarded(helmChart(false)), helmRelease(true))).toContain(
    `annotate helmchart pgo helmcharts.helm.cattle.io/unmanaged=true ${mark}\n`,
  );
  expect(await refusal(guarded(helmRelease(false)), helmChart(true))).toContain(
    `    kubectl -n flux-system annotate helmrelease pgo ${mark}\n    kubectl -n flux-system delete helmrelease pgo`,
  );
  expect(await refusal(guarded(application(false)), helmRelease(true))).toContain(
    `    kubectl -n argocd annotate application pgo ${mark}\n    kubectl -n argocd delete application pgo`,
  );
});

test.each<[string, Target[]]>([
  ['the delivery stays', [helmChart(true)]],
  ['the release is removed', [helmChart(false)]],
  ['the old object is deleted', [helmRelease(true)]],
  ['another release has the same name in another namespace', [helmChart(false), helmRelease(true, 'elsewhere')]],
  ['a release of another name is removed', [helmChart(false, 'other'), helmRelease(true)]],
])('does not refuse when %s', async (_, targets) => {
  expect(await refusal(...targets)).toBe('');
});

test('refuses also when the first object was not created by deploy', async () => {
  const { manifest: theirs } = helmChart(false);
  const cluster = new MemoryCluster(theirs as Manifest);
  await expect(refuseHandover(cluster, [helmRelease(true)])).rejects.toThrow('HelmChart kube-system/pgo installed the release');
});

test('does not refuse without the right to list them, and asks nothing without releases', async () => {
  const cluster = new MemoryCluster(helmChart(false).manifest as Manifest);
  const list = jest.spyOn(cluster, 'list').mockRejectedValue(new ApiError(403, {}));
  await refuseHandover(cluster, [helmRelease(true)]);
  expect(list).toHaveBeenCalledTimes(3);
  await refuseHandover(cluster, []);
  expect(list).toHaveBeenCalledTimes(3);
});
