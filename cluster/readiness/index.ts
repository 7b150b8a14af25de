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
import { pod } from './pod';
import { postgresCluster } from './postgres-cluster';
import { type ReadinessContext, type Readiness, type State, waiting } from './readiness';
import { statefulSet } from './stateful-set';

/**
 * Kinds with a rule of their own. All others go by their conditions, if they have any, and many are ready when they exist: a Service of type
 * LoadBalancer, whose address may never come and is not what makes the pods behind it work, an Ingress, a CronJob.
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
  ['PostgresCluster.postgres-operator.crunchydata.com', postgresCluster],
  ['StatefulSet.apps', statefulSet],
]);

/** How far an object is: whether it stays, is as its spec wants it, and has brought what its contract says that it makes. */
export async function readinessOf(object: LiveObject, look: ReadinessContext): Promise<State> {
  if (object.metadata.deletionTimestamp !== undefined) return waiting('is being deleted');
  const rule = RULES.get(groupKindOf(object)) ?? byConditions;
  const state = await rule(object, look);
  return state.state === 'ready' ? makesExist(object, look) : state;
}

/** Whether there is more to an object of this kind than that it exists. */
function hasRule(kind: Kind): boolean {
  return RULES.has(groupKindOf(kind));
}
