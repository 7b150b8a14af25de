import type { ReviewRule } from './rule';
import { backupsOff } from './rules/backups-off';
import { chartVersion } from './rules/chart-version';
import { crdField } from './rules/crd-field';
import { crdNarrowed } from './rules/crd-narrowed';
import { crdVersion } from './rules/crd-version';
import { dataLoss } from './rules/data-loss';
import { defaultPassword } from './rules/default-password';
import { hostAccess } from './rules/host-access';
import { imageVersion } from './rules/image-version';
import { immutableField } from './rules/immutable-field';
import { newHost } from './rules/new-host';
import { newRegistry } from './rules/new-registry';
import { openRegistration } from './rules/open-registration';
import { podSecurityLevel } from './rules/pod-security-level';
import { postgresVersion } from './rules/postgres-version';
import { privilegedPod } from './rules/privileged-pod';
import { rbacWidened } from './rules/rbac-widened';
import { releaseIdentity } from './rules/release-identity';
import { removedData } from './rules/removed-data';
import { retentionReduced } from './rules/retention-reduced';
import { rootPod } from './rules/root-pod';
import { secretData } from './rules/secret-data';
import { tooFewReplicas } from './rules/too-few-replicas';

/** In the order of docs/reviewing.md, which is that of their classes. */
export const rules: readonly ReviewRule[] = [
  removedData,
  dataLoss,
  releaseIdentity,
  crdVersion,
  crdField,
  retentionReduced,
  backupsOff,
  tooFewReplicas,
  immutableField,
  crdNarrowed,
  rbacWidened,
  privilegedPod,
  rootPod,
  hostAccess,
  podSecurityLevel,
  newHost,
  openRegistration,
  secretData,
  newRegistry,
  defaultPassword,
  chartVersion,
  imageVersion,
  postgresVersion,
];
