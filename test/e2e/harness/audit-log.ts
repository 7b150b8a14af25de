import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A request as the API server has noted it down. */
export interface AuditedRequest {
  /** In RBAC's words: get, list, watch, create, patch, update, delete. */
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly user: { readonly username: string };
  /** `apps`, and nothing for Kubernetes' core; nothing at all for paths that are no objects. */
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly subresource?: string;
  };
  readonly responseStatus?: { readonly code?: number };
  /** When it came and when it was answered, with microseconds. */
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
}

export const auditLogIn = (directory: string): string => join(directory, 'audit.log');

/** Who asked for what, and when: nothing of what objects hold. Each request is noted once, when it has been answered. */
export function writeAuditPolicy(directory: string): string {
  const file = join(directory, 'audit-policy.json');
  const policy = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived', 'ResponseStarted'],
    rules: [
      { level: 'None', userGroups: ['system:serviceaccounts', 'system:nodes'] },
      { level: 'None', users: ['system:apiserver', 'system:kube-controller-manager'] },
      { level: 'Metadata' },
    ],
  };
  writeFileSync(file, JSON.stringify(policy));
  return file;
}

/** The requests of programs whose user agent begins like that, in the order of their answers. Those of Kubernetes' own parts are not noted. */
export function auditedRequests(directory: string, userAgent: string): AuditedRequest[] {
  const file = auditLogIn(directory);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as AuditedRequest).filter((request) => request.userAgent?.startsWith(userAgent));
}
