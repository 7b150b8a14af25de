import { Unavailable } from '../../src/accounts/account';
import type { CvatAccounts } from '../../src/accounts/cvat/cvat-accounts';
import type { Outcome } from '../../src/accounts/cvat/cvat-http';
import type { Fault, Faults } from '../stand-in/faults';
import type { Operation } from '../stand-in/routes';
import { Cvat, everyAccount, failure, JANE } from './support';

/** What the operator asks for, and the request in which it fails. */
const CALLS: readonly (readonly [string, Operation, (accounts: CvatAccounts) => Promise<unknown>])[] = [
  ['ready', 'health', (accounts) => accounts.ready()],
  ['ready', 'self', (accounts) => accounts.ready()],
  ['pages', 'list', (accounts) => everyAccount(accounts)],
  ['byId', 'get', (accounts) => accounts.byId(2)],
  ['byUsername', 'list', (accounts) => accounts.byUsername('jane.doe')],
  ['create', 'register', (accounts) => accounts.create({ ...JANE, username: 'other', emailAddress: 'other@example.com' })],
  ['create', 'list', (accounts) => accounts.create({ ...JANE, username: 'other', emailAddress: 'other@example.com' })],
  ['update', 'patch', (accounts) => accounts.update(2, { active: false })],
  ['remove', 'delete', (accounts) => accounts.remove(2)],
  ['opens', 'self', (accounts) => accounts.opens('jane.doe', JANE.password)],
];

type Plan = (faults: Faults, operation: Operation) => void;

const answer = (contentType: string, text: string): Fault => ({ kind: 'answer', reply: { status: 200, contentType, text } });

const FAULTS: Readonly<Record<string, readonly [Plan, Outcome]>> = {
  'an exception in CVAT': [(faults, operation) => faults.failWithPage(500, { operation }), '5xx'],
  'a proxy without a server behind it': [(faults, operation) => faults.failWithPage(502, { operation }), '5xx'],
  'CVAT not being available, in JSON': [(faults, operation) => faults.fail(503, { operation }), '5xx'],
  throttling: [(faults, operation) => faults.throttle(12, { operation }), '4xx'],
  'a page that is not there': [(faults, operation) => faults.failWithPage(404, { operation }), '4xx'],
  'a page that needs a login': [(faults, operation) => faults.failWithPage(200, { operation }), '2xx'],
  'a redirection': [(faults, operation) => faults.failWithPage(302, { operation }), '3xx'],
  'an answer that is no JSON': [
    (faults, operation) => faults.plan(answer('application/vnd.cvat+json', '{"count":'), { operation }),
    'unreachable',
  ],
  'an empty answer': [(faults, operation) => faults.plan(answer('application/vnd.cvat+json', ''), { operation }), '2xx'],
  'an answer that is a list': [(faults, operation) => faults.plan(answer('application/vnd.cvat+json', '["why"]'), { operation }), '2xx'],
  'the connection breaking': [(faults, operation) => faults.dropBeforeWork({ operation }), 'unreachable'],
  'no answer': [(faults, operation) => faults.hang({ operation }), 'timeout'],
};

describe.each(CALLS)('%s, in its request %s,', (name, operation, call) => {
  let cvat: Cvat;
  beforeEach(async () => {
    cvat = await Cvat.start();
    cvat.add('jane.doe', { password: JANE.password });
  });
  afterEach(() => cvat.standIn.stop());

  it.each(Object.entries(FAULTS))('fails for now at %s, and works afterwards', async (_, [plan, outcome]) => {
    const soon = outcome === 'timeout' ? { register: 0.2, other: 0.2 } : {};
    const accounts = cvat.accounts({ timeoutSeconds: soon });
    plan(cvat.standIn.faults, operation);
    const error = await failure(call(accounts));
    expect(error).toBeInstanceOf(Unavailable);
    expect(error.message).toMatch(/\bCVAT\b.*\.$/);
    expect(cvat.observed.at(-1)?.[1]).toBe(outcome);
    // An account that was registered is there: the operator finds it.
    if (name !== 'create' || operation === 'register') await call(cvat.accounts());
  });

  it('passes on how long CVAT asks clients to wait', async () => {
    cvat.standIn.faults.throttle(17, { operation });
    expect(await failure(call(cvat.accounts()))).toMatchObject({ retryAfterSeconds: 17 });
  });

  it('says what it cannot reach, when nothing listens', async () => {
    const accounts = cvat.accounts();
    await call(accounts);
    await cvat.standIn.stop();
    const error = await failure(call(accounts));
    expect(error).toBeInstanceOf(Unavailable);
    expect(error.message).toMatch(/^CVAT cannot be reached at http:\/\/127\.0\.0\.1:\d+: [A-Z_]+\.$/);
  });
});

it('A redirection is not followed: a token must not get to wherever it leads', async () => {
  const cvat = await Cvat.start();
  const reply = { status: 302, headers: { location: `${cvat.standIn.url}/api/users/self` }, text: '' };
  cvat.standIn.faults.plan({ kind: 'answer', reply }, { operation: 'get' });
  const error = await failure(cvat.accounts().byId(1));
  await cvat.standIn.stop();
  expect(error).toBeInstanceOf(Unavailable);
  expect(cvat.standIn.count('self')).toBe(0);
});

describe('A date in Retry-After', () => {
  const inAnHour = (): string => new Date(Date.now() + 3_600_000).toUTCString();

  it.each([
    ['is taken as the seconds until then', () => inAnHour(), (seconds = NaN) => seconds > 3000 && seconds <= 3600],
    ['in the past is 0 seconds', () => new Date(0).toUTCString(), (seconds = NaN) => seconds === 0],
    ['is ignored if it is invalid', () => 'soon', (seconds?: number) => seconds === undefined],
  ])('%s', async (_, value, isRight) => {
    const cvat = await Cvat.start();
    const reply = { status: 503, headers: { 'retry-after': value() }, contentType: 'text/html', text: 'later' };
    cvat.standIn.faults.plan({ kind: 'answer', reply }, { operation: 'health' });
    const error = (await failure(cvat.accounts().ready())) as Unavailable;
    await cvat.standIn.stop();
    expect(isRight(error.retryAfterSeconds)).toBe(true);
  });
});

describe('An address of CVAT', () => {
  it('may have a path and a slash at its end', async () => {
    const cvat = await Cvat.start();
    const error = await failure(cvat.accounts({ url: `${cvat.standIn.url}/there/` }).ready());
    await cvat.standIn.stop();
    expect(error).toBeInstanceOf(Unavailable);
    expect(cvat.standIn.seen[0]?.path).toBe('/there/api/server/health/');
  });
});
