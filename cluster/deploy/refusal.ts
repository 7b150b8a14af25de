import type { Manifest } from '../../manifests/manifest';
import { ApiError } from '../api/api-error';
import { Conflict, UnknownField } from './apply';
import { refusedFields } from '../../manifests/immutable/refused-fields';
import { remedyOf } from '../../manifests/immutable/remedy';

/** An existing object is not ours, so it was not changed. */
export class NotOurs extends Error {
  override readonly name = 'NotOurs';
}

/** Whether a request was refused, in contrast to a failed connection. */
export function isRefusal(error: unknown): error is ApiError | Conflict | UnknownField | NotOurs {
  return error instanceof ApiError || error instanceof Conflict || error instanceof UnknownField || error instanceof NotOurs;
}

/** Whether an apply was refused because the namespace is being deleted. */
export function isTerminating(error: unknown): boolean {
  return error instanceof ApiError && error.causes.some(({ reason }) => reason === 'NamespaceTerminating');
}

/** Why an object was refused, and what to do about it. */
export function reasonOf(error: unknown, manifest: Manifest): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  const fields = refusedFields(error.status);
  if (fields.length > 0) return `${fields.map(({ field, message }) => `${field}: ${message}`).join('; ')}. ${remedyOf(manifest, fields)}`;
  return error.message;
}
