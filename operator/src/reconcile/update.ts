import type { Account, AccountChanges } from '../accounts/account';
import { ADOPT_ANNOTATION, type AppUser, conditionOf, emailAddressOf, temporaryUsernameOf, usernameOf } from '../app-user/app-user';
import { type CredentialsContent, type PasswordUnknown, sameContent } from '../credentials/credentials';
import { describe, emailConflict, nameConflict, refusalProblem, staleAccounts, usernameConflict } from './problems';
import type { Step } from './action';
import type { ReconcileContext } from './context';
import type { Observation } from './observation';
import { hasPasswordOfNone, registeredEmailAddressOf } from './ownership';

/** The next step when the AppUser has an account. */
export function update(observation: Observation, account: Account, context: ReconcileContext): Step {
  const { appUser, ownership } = observation;
  if (ownership === 'unproven') {
    const reason = whyNotAdopted(appUser, account, context);
    if (reason !== undefined)
      return hasPasswordOfNone(observation) ? { kind: 'delete-credentials' } : { reason: 'NameConflict', message: reason };
  }
  const refusal = refusalProblem(observation);
  if (refusal) return refusal;
  const wanted: Required<AccountChanges> = context.normalized({
    username: usernameOf(appUser),
    firstName: appUser.spec.firstName,
    lastName: appUser.spec.lastName,
    emailAddress: emailAddressOf(appUser),
    active: true,
  });
  const changes = differences(account, wanted);
  if (account.privileged && Object.keys(changes).length > 0) {
    const fields = Object.keys(changes).join(', ');
    return {
      reason: 'Privileged',
      message: `${describe(account)} is never changed by the operator. In the application, change ${fields}.`,
    };
  }
  if (Object.keys(changes).length > 0 && !observation.fresh) return { kind: 'read-account-again' };
  const address = changes.emailAddress === undefined ? undefined : emailConflict(observation, context);
  if (address && 'kind' in address) return address;
  const { username, emailAddress, ...others } = changes;
  const first: AccountChanges = { ...others, ...(emailAddress !== undefined && !address && { emailAddress }) };
  if (Object.keys(first).length > 0) return change(account, first);
  const credentials = credentialsStep(observation, account, context);
  if (username === undefined) return credentials ?? address;
  // Before the temporary username is changed: from then on, the recorded id tells this account from one that is registered late.
  if (credentials && account.username === temporaryUsernameOf(appUser)) return credentials;
  const name = nameConflict(appUser, context) ?? staleAccounts(context) ?? usernameConflict(username, account, context);
  // Apart from the rest, because it can be refused: another account may have got the name meanwhile.
  if (name === undefined) return change(account, { username });
  return 'kind' in name ? name : (credentials ?? name);
}

/** Why an account of the wanted name does not become this AppUser's. */
function whyNotAdopted(appUser: AppUser, account: Account, context: ReconcileContext): string | undefined {
  const name = describe(account);
  if (account.privileged) return `${name} administers the application: the operator never adopts such an account.`;
  const owner = context.appUsersWithAccount(account.id).find((other) => other.name !== appUser.name);
  if (owner) return `${name} is that of the AppUser "${owner.name}".`;
  const rival = nameConflict(appUser, context);
  if (rival) return rival.message;
  if (appUser.adopt) return undefined;
  return `${name} was not made for this object. To make it this object's, annotate the object with ${ADOPT_ANNOTATION}=true.`;
}

function differences(account: Account, wanted: Required<AccountChanges>): AccountChanges {
  return Object.fromEntries(Object.entries(wanted).filter(([field, value]) => account[field as keyof AccountChanges] !== value));
}

function change(account: Account, changes: AccountChanges): Step {
  const note = `Changed ${Object.keys(changes).join(', ')} of account ${account.id}.`;
  return { kind: 'update-account', id: account.id, changes, notice: { type: 'Normal', reason: 'Updated', note } };
}

/** The Secret says what the account is, not what it should be: except for the temporary username, which is no use to the person. */
function credentialsStep(observation: Observation, account: Account, context: ReconcileContext): Step {
  const { appUser, credentials, ownership, passwordOpens } = observation;
  const secret = credentials?.kind === 'ours' ? credentials : undefined;
  const temporary = account.username === temporaryUsernameOf(appUser);
  // A registration that committed late has the password of its time: the Secret may have been replaced since.
  const unverified = temporary && secret?.password !== undefined && secret.userId !== account.id && passwordOpens === undefined;
  if (unverified && !account.privileged) return { kind: 'read-account-again' };
  // A password that does not open the account must not look as if it did.
  const password = ownership === 'ours' && passwordOpens !== false ? secret?.password : undefined;
  const content: CredentialsContent = {
    url: context.publicUrl,
    username: temporary ? usernameOf(appUser) : account.username,
    emailAddress: account.emailAddress,
    ...(password === undefined ? { passwordUnknown: whyUnknown() } : { password }),
    userId: account.id,
    registeredEmailAddress: observation.created ? account.emailAddress : registeredEmailAddressOf(account, secret),
    appUserUid: appUser.uid,
  };
  return secret && sameContent(secret, content) ? undefined : { kind: 'write-credentials', content, newPassword: false };

  function whyUnknown(): PasswordUnknown {
    if (ownership === 'unproven') return 'Adopted';
    // An adopted account stays one: also when its Secret was lost, or belongs to an AppUser of that name that has been deleted.
    const before = conditionOf(appUser, 'PasswordUnknown')?.reason;
    return secret?.passwordUnknown ?? (before === 'Adopted' ? 'Adopted' : 'SecretLost');
  }
}
