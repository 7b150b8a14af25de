import { ApiObject, App, Chart } from 'cdk8s';
import { AppUser, type AppUserProps } from './app-user/app-user';
import { AppUserCrd } from './app-user/app-user-crd';
import { AppUserOperator, type AppUserOperatorProps } from './app-user/app-user-operator';
import type { Acknowledgement, Finding } from '../manifests/finding';
import type { Manifest } from '../manifests/manifest';
import { type Stage, compareStages } from '../manifests/stage';
import { ENVIRONMENT_LABEL } from '../manifests/contract';
import { duplicateAppUsers } from './app-user/duplicate-app-users';
import { Cvat, type CvatProps } from './cvat/cvat';
import { DataProtection } from './data-protection';
import { provideEnvironmentName } from './environment-name';
import type { GitOps } from './git-ops/git-ops';
import { Delivery } from './helm/delivery';
import { chartOf } from './helm/delivery/rendered';
import { HelmRelease, type HelmReleaseProps } from './helm/helm-release';
import { clustersOf, findingsAmong } from './postgres/among-clusters';
import { PostgresCluster, type PostgresClusterProps } from './postgres/postgres-cluster';
import { PostgresOperator, type PostgresOperatorProps } from './postgres/postgres-operator';
import { report } from './problem';
import { manifestOf } from './serialization';
import { label } from './syntax/name';

/** What runs on one cluster. A system that is left out is not in dist/. */
export interface Environment {
  /** How Helm charts are installed: k3s(), flux(), argoCd() or rendered(). */
  readonly delivery: Delivery;
  /**
   * Who applies the stages: fluxGitOps(…) or argoCdGitOps(…). It needs the delivery of the same controller, or rendered().
   * @default `npm run deploy`, or kubectl
   */
  readonly gitOps?: GitOps;
  /**
   * The namespace of CVAT, its PostgresCluster and its AppUsers.
   * @default the namespace of the kubeconfig's context for PostgresCluster and AppUsers; `default` for CVAT
   */
  readonly namespace?: string;
  /** PGO, the operator of PostgresClusters. A PostgresCluster needs it. */
  readonly postgresOperator?: PostgresOperatorProps & Required<Pick<PostgresOperatorProps, 'namespace'>>;
  /** The PostgresCluster. CVAT needs it, with a user called `cvat`. */
  readonly postgres?: Omit<PostgresClusterProps, 'namespace'>;
  /**
   * Further PostgresClusters, for other software or as clones. Their namespace is that of the environment, unless they have one of their own.
   * A clone of another cluster of the environment is in a stage after it, because it is restored from that one's first backup.
   */
  readonly postgresClusters?: readonly PostgresClusterProps[];
  /** CVAT, and how browsers reach it. */
  readonly cvat?: Omit<CvatProps, 'namespace' | 'database' | 'operated'>;
  /** The operator that keeps a CVAT account for each AppUser. Without it, AppUsers have no effect. */
  readonly appUserOperator?: Omit<AppUserOperatorProps, 'namespace' | 'publicUrl'>;
  /** The AppUsers: one CVAT account each. Without the list, dist/ has no CRD for them either; an empty list keeps the CRD. */
  readonly appUsers?: readonly Omit<AppUserProps, 'namespace'>[];
  /** Further Helm charts, as data. Each is a stage of its own, after all the others. */
  readonly releases?: readonly (HelmReleaseProps & Required<Pick<HelmReleaseProps, 'namespace'>>)[];
  /**
   * Whether the API server refuses, for every client, to delete what holds data and to change it in a way that loses data, until the object
   * is marked. `false` makes `deploy` remove the policies. Needs Kubernetes 1.30. docs/data-protection.md
   * @default true
   */
  readonly dataProtection?: boolean;
  /** Findings of the checks that are accepted in this environment, each with a reason, which synth prints. docs/checks.md lists the checks. */
  readonly acknowledged?: readonly Acknowledgement[];
}

/** The user of the PostgresCluster that CVAT connects as. */
const CVAT_USER = 'cvat';

/**
 * The systems of one environment. A Chart is a file of dist/ and a stage of a deployment: stages are applied in the order of their ids, each
 * when the one before is ready, and deleted in the reverse order. A system's number puts it after the systems that it needs.
 */
export class Platform extends App {
  constructor(
    readonly name: string,
    environment: Environment,
  ) {
    super();
    report(this, 'name', label(name) ?? reservedName(name));
    const { delivery, namespace, postgresOperator, appUserOperator, cvat, appUsers, releases = [], dataProtection = true } = environment;
    provideEnvironmentName(this, name);
    Delivery.provide(this, delivery);

    // Before there is data. kubectl deletes it first, too, and its finalizers keep it in force until deploy or destroy removes them.
    if (dataProtection) new DataProtection(this.stage('00-data-protection'), 'policy');

    if (appUsers ?? appUserOperator) new AppUserCrd(this.stage('10-app-user-crd'), 'crd');

    if (postgresOperator) new PostgresOperator(this.stage('20-postgres-operator'), 'operator', postgresOperator);

    const databases = new Map(
      clustersOf(environment).map(({ stage, id, props }) => [props, new PostgresCluster(this.stage(stage), id, props)]),
    );
    for (const [props, field, finding] of findingsAmong([...databases.keys()])) report(databases.get(props) ?? this, field, finding);
    const database = [...databases.values()].find(({ node }) => node.id === 'cluster');

    if (appUserOperator) {
      const publicUrl = cvat && `${cvat.exposure.scheme}://${cvat.host}`;
      new AppUserOperator(this.stage('40-app-user-operator'), 'operator', { ...appUserOperator, namespace, publicUrl });
    }

    if (cvat) {
      const props = { ...cvat, namespace, database: database?.user(CVAT_USER), operated: appUserOperator !== undefined };
      new Cvat(this.stage('50-cvat'), 'cvat', props);
    }

    const users = (appUsers ?? []).map(
      (user, index) => new AppUser(this.stage('60-app-users'), `appUsers[${index}]`, { ...user, namespace }),
    );
    for (const [index, field, finding] of duplicateAppUsers(appUsers ?? [])) report(users[index] ?? this, field, finding);
    if (appUserOperator && !cvat && appUsers?.length) report(this.stage('60-app-users'), 'appUsers', notServed(appUsers.length));

    releases
      .map((release, index) => ({ release, id: `releases[${index}]`, stage: `70-${release.name}` }))
      .sort((one, other) => compareStages(one.stage, other.stage)) // as they will be applied: the first to use a namespace makes it
      .forEach(({ release, id, stage }) => new HelmRelease(this.stage(stage), id, release));
  }

  /** The files of dist/, in their order. Policies, Namespaces and CRDs come first in each: they protect the other objects, or these need them. */
  stages(): Stage[] {
    const charts = this.node.children
      .filter((child) => child instanceof Chart)
      .sort((one, other) => compareStages(one.node.id, other.node.id)); // a delivery may have added one
    return charts.map((chart) => ({
      name: chart.node.id,
      objects: chart.node
        .findAll()
        .filter((construct) => construct instanceof ApiObject)
        .flatMap((object) => {
          const manifest = manifestOf(object);
          const chart = chartOf(object);
          return manifest ? [{ path: object.node.path, manifest, ...(chart && { chart }) }] : [];
        })
        .sort((one, other) => rank(one.manifest) - rank(other.manifest)),
    }));
  }

  private stage(id: string): Chart {
    const existing = this.node.tryFindChild(id);
    return (existing as Chart | undefined) ?? new Chart(this, id, { labels: { [ENVIRONMENT_LABEL]: this.name } });
  }
}

/** The folder of an environment in dist is called as it is. dist/gitops/ is that of the default one. */
function reservedName(name: string): Finding | undefined {
  if (name !== 'gitops') return undefined;
  return {
    message: 'must be another name than "gitops", which is the folder of the default environment\'s gitOps.',
    remedy: 'Rename the environment.',
  };
}

/** The AppUser operator cannot create an account without CVAT: a deployment would wait for these AppUsers until its timeout. */
function notServed(count: number): Finding {
  return {
    message: `must be empty while cvat is left out, because no application serves the AppUsers; got ${count}.`,
    remedy: 'Remove them (appUsers: [] keeps the CRD), or add cvat.',
  };
}

function rank({ kind }: Manifest): number {
  const rank = FIRST.findIndex((pattern) => pattern.test(kind));
  return rank < 0 ? FIRST.length : rank;
}

const FIRST = [/^ValidatingAdmissionPolicy(Binding)?$/, /^Namespace$/, /^CustomResourceDefinition$/];
