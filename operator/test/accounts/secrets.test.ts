import fc from 'fast-check';
import type { NewAccount } from '../../src/accounts/account';
import type { CvatAccounts } from '../../src/accounts/cvat/cvat-accounts';
import { Cvat, everyAccount, failure, ROBOT } from './support';

/** Texts that do not occur in messages by chance. */
const secret = fc.stringMatching(/^[A-Za-z0-9+*.(){}$^|-]{6,20}~[A-Za-z]{3,9}$/);
const person: fc.Arbitrary<NewAccount> = fc.record({
  username: fc.stringMatching(/^[a-z]{5,20}$/),
  firstName: secret,
  lastName: secret,
  emailAddress: secret.map((text) => `${text}@example.com`),
  password: secret,
});

const CALLS: readonly ((accounts: CvatAccounts, account: NewAccount) => Promise<unknown>)[] = [
  (accounts) => accounts.ready(),
  (accounts) => everyAccount(accounts),
  (accounts) => accounts.byId(1),
  (accounts, { username }) => accounts.byUsername(username),
  (accounts, account) => accounts.create(account),
  (accounts, { firstName, lastName, emailAddress }) => accounts.update(1, { firstName, lastName, emailAddress, active: true }),
  (accounts) => accounts.remove(1),
  (accounts, { username, password }) => accounts.opens(username, password),
];

/** Those that make an account, and that try its password. */
const SENDS_PASSWORD = [4, 7];

describe('No error message', () => {
  let cvat: Cvat;
  beforeAll(async () => (cvat = await Cvat.start({ throttle: { requests: Infinity, seconds: 60 } })));
  afterAll(() => cvat.standIn.stop());

  it('contains of a person more than the username, nor a password, token or key, even if CVAT quotes them', async () => {
    const status = fc.constantFrom(400, 401, 403, 404, 405, 409, 415, 429, 500, 503);
    const form = fc.constantFrom('detail', 'field', 'list', 'text', 'page', 'unknown field', 'cut off');
    await fc.assert(
      fc.asyncProperty(person, fc.nat(CALLS.length - 1), status, form, async (account, call, code, shape) => {
        const accounts = cvat.accounts();
        await accounts.byId(1);
        cvat.now += 120_000;
        const token = cvat.standIn.people.tokenOf(cvat.standIn.people.get(1) ?? cvat.standIn.people.add({ username: 'none' }));
        const known = [account.firstName, account.lastName, account.emailAddress, token];
        // CVAT can quote a password only when it gets one: what it keeps is a hash.
        const quotable = [...known, ...(SENDS_PASSWORD.includes(call) ? [account.password] : [])];
        const quoted = [...quotable, ...quotable.map((value) => value.toUpperCase())].join(' and ');
        const values = [...known, account.password, ROBOT.password];
        cvat.standIn.faults.plan({ kind: 'answer', reply: replyOf(code, shape, quoted) }, { times: 3 });
        const error: unknown = await CALLS[call]?.(accounts, account).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        cvat.standIn.faults.clear();
        // That there is no such account is no failure.
        if (!(error instanceof Error)) return;
        expect(['Unavailable', 'Refused']).toContain(error.name);
        const said = `${error.message} ${JSON.stringify(error)} ${String(error.stack)}`.toLowerCase();
        expect(error.cause).toBeUndefined();
        expect(values.filter((value) => said.includes(value.toLowerCase()))).toEqual([]);
      }),
      { numRuns: 'deep' in globalThis ? 300 : 30 },
    );
  });

  it('has anything of the robot when it cannot log in', async () => {
    const accounts = cvat.accounts({ login: () => Promise.resolve({ username: 'robot', password: 'some-other-secret' }) });
    cvat.standIn.faults.fail(400, { operation: 'login', body: { non_field_errors: ['not some-other-secret'] } });
    expect((await failure(accounts.ready())).message).not.toContain('some-other-secret');
  });
});

function replyOf(status: number, shape: string, quoted: string) {
  const json = 'application/vnd.cvat+json';
  const text = `Not ${quoted}: that is wrong`;
  if (shape === 'detail') return { status, contentType: json, text: JSON.stringify({ detail: text }) };
  if (shape === 'field') return { status, contentType: json, text: JSON.stringify({ email: [text], username: [text], password1: [text] }) };
  if (shape === 'list') return { status, contentType: json, text: JSON.stringify([text]) };
  if (shape === 'text') return { status, contentType: json, text: JSON.stringify(text) };
  if (shape === 'unknown field') return { status, contentType: json, text: JSON.stringify({ [quoted]: [text] }) };
  if (shape === 'cut off') return { status, contentType: json, text: `{"detail":"${text}` };
  return { status, contentType: 'text/html', text: `<html>${text}</html>` };
}
