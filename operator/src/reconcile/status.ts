import { application } from '../accounts/application';
import { type AppUserStatus, type Condition, conditionOf } from '../app-user/app-user';
import { secretNameOf } from '../credentials/credentials';
import type { Action, Notice, Problem } from './action';
import type { ReconcileContext } from './context';
import type { Failure, Observation } from './observation';
import { isOf } from './ownership';

type Unavailability = Extract<Failure, { kind: 'unavailable' }>;

const READY = 'Ready';
const WAITING = `WaitingFor${application.name}`;
const PASSWORD_UNKNOWN = 'PasswordUnknown';

/** Writes the status if it has to say something new; undefined when it says all this already. */
export function statusAction(observation: Observation, context: ReconcileContext, problem?: Problem): Action | undefined {
  const { status: before } = observation.appUser;
  const status = statusOf(observation, context, problem);
  if (same(before, status)) return undefined;
  const notice = noticeOf(before, status);
  return { kind: 'write-status', status, ...(notice && { notice }) };
}

/** What is said while the application cannot be asked: nothing new about an account that was as wanted and may still be so. */
export function waitingAction(
  observation: Observation,
  context: ReconcileContext,
  { message, acting }: Unavailability,
): Action | undefined {
  const { appUser, touched } = observation;
  const ready = conditionOf(appUser, READY);
  if (ready?.observedGeneration === appUser.generation) {
    // The message differs from try to try; that the AppUser waits does not.
    if (ready.reason === WAITING) return undefined;
    if (!acting && !touched) return undefined;
  }
  const text = `The application cannot be asked now, and is asked again: ${message}`;
  const conditions = [condition(observation, context, READY, 'False', WAITING, text), ...rest(appUser.status)];
  const status = { ...appUser.status, observedGeneration: appUser.generation, conditions };
  const notice = noticeOf(appUser.status, status);
  return { kind: 'write-status', status, ...(notice && { notice }) };
}

function statusOf(observation: Observation, context: ReconcileContext, problem: Problem | undefined): AppUserStatus {
  const { appUser, account, credentials, touched } = observation;
  const secret = credentials?.kind === 'ours' && isOf(appUser, credentials) ? credentials : undefined;
  // An adopted account is this AppUser's once its Secret says so; and a recorded number is not forgotten because of doubts.
  const recorded = [secret?.userId, appUser.status.userId];
  const ours = account !== undefined && (observation.ownership === 'ours' || recorded.includes(account.id)) ? account : undefined;
  const lastSyncTime = touched ? context.now : appUser.status.lastSyncTime;
  const adopted = secret?.passwordUnknown === 'Adopted';
  const ready = problem
    ? condition(observation, context, READY, 'False', problem.reason, problem.message)
    : condition(observation, context, READY, 'True', adopted ? 'Adopted' : 'Synced', 'The account is as this object wants it.');
  const unknown = secret?.passwordUnknown;
  return {
    observedGeneration: appUser.generation,
    ...(ours && { username: ours.username, userId: ours.id }),
    ...(secret && { credentialsSecretName: secretNameOf(appUser) }),
    ...(lastSyncTime !== undefined && { lastSyncTime }),
    conditions: [
      ready,
      ...(unknown && ours ? [condition(observation, context, PASSWORD_UNKNOWN, 'True', unknown, WHY_UNKNOWN[unknown])] : []),
    ],
  };
}

const WHY_UNKNOWN = {
  Adopted: 'The account existed before this object: it keeps the password that its person chose.',
  SecretLost:
    'The Secret with the first password was lost, and no password can be read from the application, nor set: its administrator can.',
};

function condition(
  { appUser }: Observation,
  { now }: ReconcileContext,
  type: string,
  status: Condition['status'],
  reason: string,
  message: string,
): Condition {
  const before = conditionOf(appUser, type);
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : now;
  return { type, status, observedGeneration: appUser.generation, lastTransitionTime, reason, message };
}

function rest({ conditions = [] }: AppUserStatus): readonly Condition[] {
  return conditions.filter(({ type }) => type !== READY);
}

/** A person hears of problems when they begin, change and end; that all is well from the start is no news. */
function noticeOf(before: AppUserStatus, after: AppUserStatus): Notice | undefined {
  const ready = (status: AppUserStatus): Condition | undefined => status.conditions?.find(({ type }) => type === READY);
  const [was, is] = [ready(before), ready(after)];
  if (is === undefined || was?.reason === is.reason || (was === undefined && is.status === 'True')) return undefined;
  return { type: is.status === 'True' ? 'Normal' : 'Warning', reason: is.reason, note: is.message };
}

function same(one: AppUserStatus, other: AppUserStatus): boolean {
  return canonical(one) === canonical(other);
}

/** With keys in one order: the API server returns them in its own. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}
