import fc from 'fast-check';
import { type AppUser, emailAddressOf, usernameOf } from '../../src/app-user/app-user';
import { fromManifest } from '../../src/credentials/credentials';
import type { StoredAccount } from './application';
import { type Event, event } from './events';
import { Model } from './model';

/** All of them in the project `deep`, a tenth of them in `npm test`. */
const RUNS = 'deep' in globalThis ? 1000 : 100;

/** Lets events happen, and then the operator come to rest. */
async function after(events: readonly Event[]): Promise<Model> {
  const model = new Model();
  for (const one of events) await model.happen(one);
  await model.calmDown();
  return model;
}

async function always(property: (model: Model) => void | Promise<void>): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 60, size: 'max' }), async (events) => property(await after(events))),
    { seed: Number(process.env['FAST_CHECK_SEED'] ?? 1), numRuns: Number(process.env['MODEL_RUNS'] ?? RUNS) },
  );
}

function isAsWanted(account: StoredAccount, appUser: AppUser): boolean {
  const { firstName, lastName } = appUser.spec;
  const wanted = { username: usernameOf(appUser), firstName, lastName, emailAddress: emailAddressOf(appUser), active: true };
  return Object.entries(wanted).every(([field, value]) => account[field as keyof StoredAccount] === value);
}

/** Whether a problem that the operator reports is one. */
function isReal(reason: string, appUser: AppUser, model: Model): boolean {
  const stored = [...model.application.stored.values()];
  const own = model.account(appUser);
  const others = stored.filter(({ id }) => id !== own?.id);
  const sameUsername = others.some(({ username }) => username.toLowerCase() === usernameOf(appUser).toLowerCase());
  switch (reason) {
    case 'EmailConflict':
      return model.rivals(appUser, emailAddressOf) || others.some(({ emailAddress }) => emailAddress === emailAddressOf(appUser));
    case 'NameConflict':
      return (
        model.rivals(appUser, (other) => usernameOf(other).toLowerCase()) ||
        sameUsername ||
        // Its own account, after a person and an administrator have changed all by which it could be recognized.
        model.accountsMadeFor(appUser.uid).some(({ username }) => username !== usernameOf(appUser))
      );
    case 'Privileged':
      return own?.privileged === true;
    default:
      return false;
  }
}

test('whatever happens, in whatever order, each AppUser ends with its one account as it wants it, or with the true reason why not', async () => {
  const seen = new Map<string, number>();
  await always((model) => {
    for (const appUser of model.kubernetes.appUsers.values()) {
      const account = model.account(appUser);
      if (model.unrecognizable.has(appUser.uid)) continue;
      const [status, reason = ''] = model.ready(appUser).split(' ');
      seen.set(reason, (seen.get(reason) ?? 0) + 1);
      const context = JSON.stringify({ appUser, account, stored: [...model.application.stored.values()] }, null, 1);
      if (status === 'True') {
        if (!account || !isAsWanted(account, appUser)) throw new Error(`Ready, but not as wanted: ${context}`);
        expect(appUser.status.username).toBe(account.username);
      } else if (!isReal(reason, appUser, model)) {
        throw new Error(`${reason} is not true: ${context}`);
      }
      expect(appUser.deleting).toBe(false);
      expect(appUser.status.observedGeneration).toBe(appUser.generation);
    }
  });
  // A property that never meets a conflict proves little. A tenth of the runs does not meet each of them.
  if (RUNS < 1000) return;
  const rare = ['Synced', 'Adopted', 'EmailConflict', 'NameConflict', 'Privileged'].filter((reason) => (seen.get(reason) ?? 0) < 5);
  expect(rare).toEqual([]);
});

test('at rest, a resync writes nothing', async () => {
  await always(async (model) => {
    const before = model.faults.writes;
    await model.round();
    expect(model.faults.writes).toBe(before);
  });
});

test('at rest, the Secret of an account that is ready describes it, and its password is the first one, or it says that it is unknown', async () => {
  await always((model) => {
    for (const appUser of model.kubernetes.appUsers.values()) {
      const account = model.account(appUser);
      if (!account || !model.ready(appUser).startsWith('True')) continue;
      const secret = model.kubernetes.secrets.get(`${appUser.name}-cvat`);
      const content = secret && fromManifest(secret);
      const { username, emailAddress } = account;
      expect(content).toMatchObject({ kind: 'ours', url: 'http://cvat.test', username, emailAddress, appUserUid: appUser.uid });
      if (content?.kind !== 'ours') throw new Error('unreachable');
      const unknown = appUser.status.conditions?.find(({ type }) => type === 'PasswordUnknown');
      expect(content.password === undefined).toBe(unknown?.status === 'True');
      if (content.password !== undefined && !account.password.startsWith('changed-')) expect(account.password).toBe(content.password);
    }
  });
});

test('no account of an AppUser that has been deleted stays open', async () => {
  await always((model) => {
    const living = [...model.kubernetes.appUsers.values()];
    for (const account of model.application.stored.values()) {
      if (!account.madeFor || model.unrecognizable.has(account.madeFor.uid) || !account.active || account.privileged) continue;
      const owner = living.find(({ uid, status }) => uid === account.madeFor?.uid || status.userId === account.id);
      // Renamed and with another address it is no longer recognizable as the one that was made.
      const changed = account.username.startsWith('renamed-') || account.emailAddress.startsWith('changed-');
      if (!owner && !changed) throw new Error(`open, but nobody's: ${JSON.stringify(account)}`);
    }
  });
});

test('after the last registration that committed late, each AppUser has exactly one open account', async () => {
  let late = 0;
  await always((model) => {
    late += model.application.lateCommits;
    for (const appUser of model.kubernetes.appUsers.values()) {
      if (model.unrecognizable.has(appUser.uid)) continue;
      const open = model.accountsMadeFor(appUser.uid).filter(({ active, privileged }) => active && !privileged);
      const context = JSON.stringify({ appUser, open, stored: [...model.application.stored.values()] }, null, 1);
      if (open.length > 1) throw new Error(`more than one open account: ${context}`);
      if (open.length === 1 && model.ready(appUser).startsWith('True') && appUser.status.userId !== open[0]?.id) {
        const adopted = model.account(appUser)?.madeFor?.uid !== appUser.uid;
        if (!adopted) throw new Error(`another account is open: ${context}`);
      }
    }
  });
  // Otherwise this would prove little.
  expect(late).toBeGreaterThan(20);
});
