import type { Account, AccountChanges } from '../account';
import { isRecord } from './failure';
import { normalized, normalizedEmailAddress } from './normalization';

/** One of CVAT's users as its API shows it to a superuser. Others see names only: see `accountOf`. */
interface User {
  readonly id: number;
  readonly username: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly email: string;
  readonly is_active: boolean;
  readonly is_staff: boolean;
  readonly is_superuser: boolean;
  readonly groups: readonly string[];
}

/** Undefined when CVAT does not show everything: the operator has lost its rights. */
export function accountOf(body: unknown): Account | undefined {
  if (!isUser(body)) return undefined;
  const privilege = privilegeOf(body);
  return {
    id: body.id,
    username: body.username,
    firstName: body.first_name,
    lastName: body.last_name,
    emailAddress: normalizedEmailAddress(body.email),
    active: body.is_active,
    privileged: privilege !== undefined,
    ...(privilege !== undefined && { privilege }),
  };
}

/** A demoted administrator stays in the group, and keeps its rights by that. */
function privilegeOf({ is_superuser, is_staff, groups }: User): string | undefined {
  if (is_superuser) return 'superuser';
  if (is_staff) return 'staff';
  return groups.includes('admin') ? 'group "admin"' : undefined;
}

/** Whether a user may administer accounts. Either alone is not enough, and CVAT does not say so when asked: it shows less, or does nothing. */
export function isAdministrator(body: unknown): boolean {
  return isUser(body) && body.is_superuser && body.groups.includes('admin');
}

/** Changes in CVAT's words, as CVAT will store them. */
export function bodyOf(changes: AccountChanges): Record<string, string | boolean> {
  const { username, firstName, lastName, emailAddress, active } = normalized(changes);
  return {
    ...(username !== undefined && { username }),
    ...(firstName !== undefined && { first_name: firstName }),
    ...(lastName !== undefined && { last_name: lastName }),
    ...(emailAddress !== undefined && { email: emailAddress }),
    ...(active !== undefined && { is_active: active }),
  };
}

/**
 * The fields that CVAT has ignored for want of rights: it answers 200 nevertheless, and does not show them. A text that it shows in another form
 * is none of them: that CVAT does not keep it is found when it is compared again.
 */
export function ignoredFields(asked: Readonly<Record<string, string | boolean>>, body: unknown): string[] {
  const shown = isRecord(body) ? body : {};
  return Object.keys(asked).filter((field) => asked[field] !== shown[field] && typeof shown[field] !== 'string');
}

function isUser(body: unknown): body is User {
  return (
    isRecord(body) &&
    Number.isSafeInteger(body['id']) &&
    ['username', 'first_name', 'last_name', 'email'].every((field) => typeof body[field] === 'string') &&
    ['is_active', 'is_staff', 'is_superuser'].every((field) => typeof body[field] === 'boolean') &&
    Array.isArray(body['groups'])
  );
}
