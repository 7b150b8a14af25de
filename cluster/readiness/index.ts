import { groupKindOf, type Kind } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';
import { apiService } from './api-service';
import { appUser } from './app-user';
import { application } from './application';
import { byConditions, byReadyCondition } from './by-conditions';
import { customResourceDefinition } from './custom-resource-definition';
import { daemonSet } from './daemon-set';
import { deployment } from './deployment';
import { fluxObject, helmRelease, helmRepository } from './flux';
import { helmChart } from './helm-chart';
import { httpRoute } from './http-route';
import { job } from './job';
import { makesExist } from './makes-exist';
import { persistentVolumeClaim } from './persistent-volume-claim';
import { pgUpgrade } from './pg-upgrade';
import { pod } from './pod';
import { postgresCluster } from './postgres-cluster';
import { type ReadinessContext, type Readiness, type State, waiting } from './readiness';
import { statefulSet } from './stateful-set';
import { withPodProblem } from './workload-pods';

/**
 * The rules by `Kind.group`. To add one for a custom resource, write a file with its function beside this one and a line here; where its
 * controller always sets a Ready condition, the line with byReadyCondition is enough.
 * Any other kind goes by its conditions (by-conditions.ts), and without conditions is ready when it exists: a Service of type LoadBalancer,
 * which may never get an address and works without, an Ingress, a CronJob.
 */
const RULES: ReadonlyMap<string, Readiness> = new Map<string, Readiness>([
  ['APIService.apiregistration.k8s.io', apiService],
  ['AppUser.kapernikov.com', appUser],
  ['Application.argoproj.io', application],
  ['Certificate.cert-manager.io', byReadyCondition],
  ['ClusterIssuer.cert-manager.io', byReadyCondition],
  ['CustomResourceDefinition.apiextensions.k8s.io', customResourceDefinition],
  ['DaemonSet.apps', daemonSet],
  ['Deployment.apps', deployment],
  ['GitRepository.source.toolkit.fluxcd.io', fluxObject],
  ['HelmChart.helm.cattle.io', helmChart({ hasRule, readinessOf })],
  ['HelmRelease.helm.toolkit.fluxcd.io', helmRelease],
  ['HelmRepository.source.toolkit.fluxcd.io', helmRepository],
  ['HTTPRoute.gateway.networking.k8s.io', httpRoute],
  ['Issuer.cert-manager.io', byReadyCondition],
  ['Job.batch', job],
  ['Kustomization.kustomize.toolkit.fluxcd.io', fluxObject],
  ['OCIRepository.source.toolkit.fluxcd.io', fluxObject],
  ['PersistentVolumeClaim', persistentVolumeClaim],
  ['Pod', pod],
  ['PGUpgrade.postgres-operator.crunchydata.com', pgUpgrade],
  ['PostgresCluster.postgres-operator.crunchydata.com', postgresCluster],
  ['StatefulSet.apps', statefulSet],
]);

/** Kinds whose pods say why they are not ready. */
const WITH_PODS = ['DaemonSet.apps', 'Deployment.apps', 'Job.batch', 'StatefulSet.apps'];

/** The state of an object: it is not being deleted, its kind's rule holds, and everything exists that its contract says that it makes. */
export async function readinessOf(object: LiveObject, context: ReadinessContext): Promise<State> {
  if (object.metadata.deletionTimestamp !== undefined) return waiting('is being deleted');
  const rule = RULES.get(groupKindOf(object)) ?? byConditions;
  const ruled = await rule(object, context);
  const state = WITH_PODS.includes(groupKindOf(object)) ? await withPodProblem(ruled, object, context) : ruled;
  return state.state === 'ready' ? makesExist(object, context) : state;
}

/** Whether the kind has a rule of its own. */
function hasRule(kind: Kind): boolean {
  return RULES.has(groupKindOf(kind));
}
