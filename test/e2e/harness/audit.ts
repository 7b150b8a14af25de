import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './until';

/** A user as the API server has authenticated it. */
export interface Identity {
  readonly username: string;
  readonly groups?: readonly string[];
}

/** A request as the API server has written it down. */
export interface AuditedRequest {
  readonly auditID: string;
  /** Written before the request is looked at, and some time after it was answered. */
  readonly stage: 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete' | 'Panic';
  /** In the words of RBAC: `patch`, `list`. */
  readonly verb: string;
  /** The path and the query. */
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly user: Identity;
  /** The identity of the request, when the user impersonates another. */
  readonly impersonatedUser?: Identity;
  /** When it came, and when it was answered. */
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
}

/** What the API server writes down of the requests of some users: https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/ */
export class Audit {
  private readonly policyFile: string;
  private readonly logFile: string;

  constructor(directory: string, users: readonly string[]) {
    this.policyFile = join(directory, 'audit-policy.json');
    this.logFile = join(directory, 'audit.log');
    const rules = [...(users.length > 0 ? [{ level: 'Metadata', users }] : []), { level: 'None' }];
    writeFileSync(this.policyFile, JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules }));
  }

  /** For the API server. */
  get arguments(): readonly string[] {
    return [`--audit-policy-file=${this.policyFile}`, `--audit-log-path=${this.logFile}`];
  }

  /** All since the API server has first started, in the order in which they were answered. A request is here some time after its answer. */
  requests(): readonly AuditedRequest[] {
    return this.lines().filter(isAnswered);
  }

  /** The same, with every request that has come until now: waits until those are written down as answered. */
  async complete(): Promise<readonly AuditedRequest[]> {
    const came = new Set(this.lines().map(({ auditID }) => auditID));
    return until('every request is answered', () => {
      const requests = this.requests();
      const answered = new Set(requests.map(({ auditID }) => auditID));
      return [...came].every((id) => answered.has(id)) && requests;
    });
  }

  private lines(): readonly AuditedRequest[] {
    if (!existsSync(this.logFile)) return [];
    // What comes after the last line break is being written.
    const lines = readFileSync(this.logFile, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as AuditedRequest);
  }
}

const isAnswered = ({ stage }: AuditedRequest): boolean => stage === 'ResponseComplete' || stage === 'Panic';
