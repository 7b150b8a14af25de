/** A cause of a failed request: `{ reason: 'FieldValueInvalid', field: 'spec.template', message: 'field is immutable' }`. */
export interface Cause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** Kubernetes' Status object of a failed request. https://kubernetes.io/docs/reference/using-api/api-concepts/ */
export interface Status {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly Cause[]; readonly retryAfterSeconds?: number };
}

/** The API server has refused or failed a request. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly code: number,
    readonly status: Status,
  ) {
    super(status.message ?? `the API server answered with status ${code}`);
  }

  get reason(): string {
    return this.status.reason ?? '';
  }

  get causes(): readonly Cause[] {
    return this.status.details?.causes ?? [];
  }
}

export function isCode(error: unknown, code: number): error is ApiError {
  return error instanceof ApiError && error.code === code;
}
