import { ApiObject, App, Chart } from 'cdk8s';
import { AppUser, type AppUserProps } from './app-user/app-user';
import { AppUserCrd } from './app-user/app-user-crd';
import { AppUserOperator, type AppUserOperatorProps } from './app-user/app-user-operator';
import type { Acknowledgement } from '../manifests/finding';
import type { Manifest } from '../manifests/manifest';
import { type Stage, compareStages } from '../manifests/stage';
import { ENVIRONMENT_LABEL } from '../manifests/contract';
import { Cvat, type CvatProps } from './cvat/cvat';
import { cvatNames } from './cvat/names';
import { DataProtection } from './data-protection';
import { Delivery } from './helm/delivery';
import { HelmRelease, type HelmReleaseProps } from './helm/helm-release';
import { PostgresCluster, type PostgresClusterProps } from './postgres/postgres-cluster';
import { PostgresOperator, type PostgresOperatorProps } from './postgres/postgres-operator';

/** What runs on one cluster, and how. A system that is left out is not in dist/. */
export interface Environment {
  /** How Helm charts get onto the cluster: k3s(). */
  readonly delivery: Delivery;
  /**
   * The namespace of CVAT, its database and its people.
   * @default whichever namespace kubectl points at, for people and databases; `default` for CVAT
   */
  readonly namespace?: string;
  /** PGO. A database needs it. */
  readonly postgresOperator?: PostgresOperatorProps;
  /** The PostgreSQL cluster. CVAT needs it, with a user called `cvat`. */
  readonly postgres?: Omit<PostgresClusterProps, 'namespace'>;
  /** CVAT, and how people reach it. */
  readonly cvat?: Omit<CvatProps, 'namespace' | 'database' | 'operated'>;
  /** What makes CVAT accounts out of AppUsers. Left out, AppUsers just sit there. */
  readonly appUserOperator?: AppUserOperatorProps;
  /** The people. Left out, there is no AppUser definition either; an empty list keeps it. */
  readonly appUsers?: readonly Omit<AppUserProps, 'namespace'>[];
  /** Any further Helm charts, as data. Each is a stage of its own, after all the others. */
  readonly releases?: readonly HelmReleaseProps[];
  /**
   * Whether the cluster refuses to delete what holds data until that is marked in words. Needs Kubernetes 1.30.
   * @default true
   */
  readonly dataProtection?: boolean;
  /** Findings of the checks that this environment lives with. Each has a reason, which synth prints. docs/checks.md lists the checks. */
  readonly acknowledged?: readonly Acknowledgement[];
}

/** The user of the PostgresCluster that CVAT logs in with. */
const CVAT_USER = 'cvat';

/**
 * The systems of one environment. A chart is a file of dist/ and a stage of a deployment: they are applied in the order of their ids, each
 * when the one before is ready, and taken away in the reverse order. So a system's number says what it needs to be there before it.
 */
export class Platform extends App {
  constructor(
    readonly name: string,
    environment: Environment,
  ) {
    super();
    const {
      delivery,
      namespace,
      postgresOperator,
      postgres,
      appUserOperator,
      cvat,
      appUsers,
      releases = [],
      dataProtection = true,
    } = environment;
    Delivery.provide(this, delivery);

    if (appUsers ?? appUserOperator) new AppUserCrd(this.stage('10-app-user-crd'), 'crd');

    if (postgresOperator) new PostgresOperator(this.stage('20-postgres-operator'), 'operator', postgresOperator);

    const database = postgres && new PostgresCluster(this.stage('30-postgres'), 'cluster', { ...postgres, namespace });

    const names = cvatNames(namespace ?? 'default');
    if (appUserOperator) {
      const publicUrl = cvat && `${cvat.exposure.scheme}://${cvat.host}`;
      new AppUserOperator(this.stage('40-app-user-operator'), 'operator', appUserOperator, { names, publicUrl });
    }

    if (cvat) {
      const props = { ...cvat, namespace: names.namespace, database: database?.user(CVAT_USER), operated: appUserOperator !== undefined };
      new Cvat(this.stage('50-cvat'), 'cvat', props);
    }

    appUsers?.forEach((user, index) => new AppUser(this.stage('60-app-users'), `appUsers[${index}]`, { ...user, namespace }));

    releases
      .map((release, index) => ({ release, id: `releases[${index}]`, stage: `70-${release.name}` }))
      .sort((one, other) => compareStages(one.stage, other.stage)) // as they will be applied: the first to use a namespace makes it
      .forEach(({ release, id, stage }) => new HelmRelease(this.stage(stage), id, release));

    if (dataProtection) new DataProtection(this.stage('90-data-protection'), 'policy');
  }

  /** What there is to write: the files, in their order. Namespaces and definitions come first in each: the rest needs them. */
  stages(): Stage[] {
    const charts = this.node.children.filter((child) => child instanceof Chart);
    return charts.map((chart) => ({
      name: chart.node.id,
      objects: chart.node
        .findAll()
        .filter((construct) => construct instanceof ApiObject)
        .map((object) => ({ path: object.node.path, manifest: object.toJson() as Manifest }))
        .sort((one, other) => rank(one.manifest) - rank(other.manifest)),
    }));
  }

  private stage(id: string): Chart {
    const existing = this.node.tryFindChild(id);
    return (existing as Chart | undefined) ?? new Chart(this, id, { labels: { [ENVIRONMENT_LABEL]: this.name } });
  }
}

function rank({ kind }: Manifest): number {
  const first = ['Namespace', 'CustomResourceDefinition'];
  return first.includes(kind) ? first.indexOf(kind) : first.length;
}
