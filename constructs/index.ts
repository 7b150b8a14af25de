/** The library: what another cdk8s App can import. docs/as-a-library.md shows how. */
export { AppUser, type AppUserProps } from './app-user/app-user';
export { AppUserCrd } from './app-user/app-user-crd';
export { AppUserOperator, type AppUserOperatorProps } from './app-user/app-user-operator';
export { withoutContract } from './contract-resolver';
export { Cvat, type CvatProps } from './cvat/cvat';
export { type Exposure, httpRoute, type HttpRouteProps, ingress, type IngressProps } from './cvat/exposure';
export type { CvatSizes, Volume, WorkerName, Workload } from './cvat/values';
export { DataProtection } from './data-protection';
export { type ChartSource, fromArchive, fromGit, fromOci, fromRepository } from './helm/chart-source';
export { Delivery, type Release } from './helm/delivery';
export { k3s } from './helm/delivery/k3s';
export { HelmRelease, type HelmReleaseProps } from './helm/helm-release';
export { type Backup, fromCluster, fromS3, type Restore, toAzure, toS3, toVolume } from './postgres/backup';
export type { DatabaseUser } from './postgres/database-user';
export { PostgresCluster, type PostgresClusterProps, type PostgresUser } from './postgres/postgres-cluster';
export { PostgresOperator, type PostgresOperatorProps } from './postgres/postgres-operator';
export type { Storage } from './postgres/volume-claim';
