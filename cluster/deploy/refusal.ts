import type { Manifest } from '../../manifests/manifest';
import { ApiError } from '../api/api-error';
import { Conflict } from './apply';
import { immutableFields } from '../objects/immutable-fields';
import { remedyOf } from '../objects/immutable-remedy';

/** Whether it is the API server's answer to an apply, and not that nobody could ask it. */
export function isRefusal(error: unknown): error is ApiError | Conflict {
  return error instanceof ApiError || error instanceof Conflict;
}

/** Nothing can be made in a namespace that is being deleted. */
export function isTerminating(error: unknown): boolean {
  return error instanceof ApiError && error.causes.some(({ reason }) => reason === 'NamespaceTerminating');
}

/** Why an object was not taken, and what to do about it. */
export function reasonOf(error: unknown, manifest: Manifest): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  const fields = immutableFields(error.status);
  if (fields.length > 0) return `${fields.map(({ field, message }) => `${field}: ${message}`).join('; ')}. ${remedyOf(manifest, fields)}`;
  return error.message;
}
