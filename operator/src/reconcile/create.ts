import { emailAddressOf, temporaryUsernameOf, usernameOf } from '../app-user/app-user';
import { emailConflict, nameConflict, usernameConflict } from './conflicts';
import type { Step } from './decide';
import type { Knowledge, World } from './knowledge';
import { isOf } from './ownership';
import { refused } from './refused';

/** Towards an account where there is none. */
export function create(knowledge: Knowledge, world: World): Step {
  const { appUser, credentials } = knowledge;
  const username = usernameOf(appUser);
  const conflict =
    refused(knowledge) ??
    nameConflict(appUser, world) ??
    emailConflict(appUser, undefined, world) ??
    usernameConflict(username, undefined, world);
  if (conflict) return conflict;
  const secret = credentials?.kind === 'ours' ? credentials : undefined;
  // First the Secret: if the operator dies in between, its password proves that the account is ours, and nobody lacks a password.
  if (secret?.password === undefined || !isOf(appUser, secret)) {
    const content = { url: world.publicUrl, username, emailAddress: emailAddressOf(appUser), appUserUid: appUser.uid };
    return { kind: 'write-credentials', content, newPassword: true };
  }
  return {
    kind: 'create-account',
    username: username.length < world.shortestUsername ? temporaryUsernameOf(appUser) : username,
    notice: { type: 'Normal', reason: 'Created', note: `Made the account "${username}".` },
  };
}
