import type { Knowledge } from './knowledge';
import type { Problem } from './status';

/** What the application refused, as a problem of the AppUser. */
export function refused({ failure }: Knowledge): Problem | undefined {
  if (failure?.kind !== 'refused') return undefined;
  const { message } = failure;
  switch (failure.reason) {
    case 'username-taken':
      return { reason: 'NameConflict', message: `The application has an account of nearly the same name: ${message}` };
    case 'email-taken':
      return { reason: 'EmailConflict', message: `The application has this emailAddress as somebody's present or former one: ${message}` };
    case 'invalid':
      return { reason: 'Invalid', message: `The application refuses this: ${message}` };
    case 'forbidden':
    case 'not-found':
      return { reason: 'Forbidden', message: `The application does not let the operator do this: ${message}` };
  }
}
