import { destination, type Logger, pino } from 'pino';
import { Unavailable } from '../accounts/account';
import { NotSettled } from '../reconcile/reconciler';
import { KubernetesApiError } from '../kubernetes/api-client';

/** Lines of JSON on the standard output. No line has more of a person than the name of an AppUser. */
export function createLog(level: string): Logger {
  return pino({ level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime }, destination({ fd: 1, sync: true }));
}

export interface ErrorDescription {
  readonly error: string;
  readonly status?: number;
  readonly reason?: string;
  readonly stack?: string;
}

/** The part of an error that may be logged. Messages of the API server quote the request, so only its codes are logged; of an unexpected error its origin. */
export function describeError(error: unknown): ErrorDescription {
  if (error instanceof KubernetesApiError) return { error: error.name, status: error.status, reason: error.reason };
  if (error instanceof Unavailable || error instanceof NotSettled) return { error: error.message };
  if (!(error instanceof Error)) return { error: 'unknown' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code !== undefined) return { error: error.name, reason: code };
  return { error: error.name, stack: (error.stack ?? '').split('\n').slice(1, 6).join('\n') };
}
