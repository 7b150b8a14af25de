import { Unavailable } from '../../src/accounts/account';
import { Cvat, failure, ROBOT } from './support';

describe('The operator logs in', () => {
  let cvat: Cvat;
  beforeEach(async () => (cvat = await Cvat.start()));
  afterEach(() => cvat.standIn.stop());

  const robot = () => cvat.standIn.people.byUsername(ROBOT.username);
  const logins = () => cvat.standIn.count('login');

  it('once, however many requests come at once', async () => {
    const accounts = cvat.accounts();
    await Promise.all([accounts.byId(1), accounts.byId(2), accounts.byUsername('jane.doe')]);
    await accounts.byId(1);
    expect(logins()).toBe(1);
  });

  it('again without the old token when CVAT has forgotten it, and asks again', async () => {
    const accounts = cvat.accounts();
    await accounts.byId(1);
    cvat.standIn.people.tokens.clear();
    const found = await Promise.all([accounts.byId(1), accounts.byUsername(ROBOT.username)]);
    expect(found.map((account) => account?.username)).toEqual(['robot', 'robot']);
    expect(logins()).toBe(2);
    expect(cvat.standIn.seen.filter(({ operation }) => operation === 'login').map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('once again only, when CVAT accepts no token at all', async () => {
    cvat.standIn.faults.fail(401, { operation: 'get', times: Infinity });
    const accounts = cvat.accounts();
    const error = await failure(accounts.byId(1));
    expect(error).toBeInstanceOf(Unavailable);
    expect(error.message).toBe('CVAT lets the operator log in, but does not accept its token.');
    await expect(accounts.byId(1)).rejects.toMatchObject({ retryAfterSeconds: 1 });
    expect(logins()).toBe(2);
    expect(cvat.standIn.count('get')).toBe(2);
  });

  it('ever later when it is not let in, and asks nothing meanwhile', async () => {
    const accounts = cvat.accounts();
    Object.assign(robot() ?? {}, { password: 'another' });
    const pauses: unknown[] = [];
    for (let round = 0; round < 9; round++) {
      const error = await failure(accounts.byId(1));
      pauses.push((error as Unavailable).retryAfterSeconds);
      await failure(accounts.byId(1));
      cvat.now += Number(pauses.at(-1)) * 1000;
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    expect(logins()).toBe(9);
    expect(cvat.standIn.count('get')).toBe(0);
  });

  it('with a new password without a restart, and its back-off starts again', async () => {
    let password = 'too-old';
    const accounts = cvat.accounts({ login: () => Promise.resolve({ ...ROBOT, password }) });
    for (const pause of [1, 2]) {
      expect(await failure(accounts.byId(1))).toMatchObject({ retryAfterSeconds: pause });
      cvat.now += pause * 1000;
    }
    ({ password } = ROBOT);
    expect(await accounts.byId(1)).toMatchObject({ username: 'robot' });
    cvat.standIn.people.tokens.clear();
    password = 'too-new';
    expect(await failure(accounts.byId(1))).toMatchObject({ retryAfterSeconds: 1 });
  });

  it('not before CVAT wants it to, when it throttles', async () => {
    const accounts = cvat.accounts();
    cvat.standIn.faults.throttle(12, { operation: 'login' });
    expect(await failure(accounts.byId(1))).toMatchObject({ name: 'Unavailable', retryAfterSeconds: 12 });
    cvat.now += 11_000;
    expect(await failure(accounts.byId(1))).toMatchObject({ retryAfterSeconds: 1 });
    cvat.now += 1000;
    expect(await accounts.byId(1)).toMatchObject({ username: 'robot' });
    expect(logins()).toBe(2);
  });

  it('not at all when CVAT is down, which is tried again at once when it is asked for', async () => {
    const accounts = cvat.accounts();
    cvat.standIn.faults.failWithPage(502, { operation: 'login' });
    expect(await failure(accounts.byId(1))).toMatchObject({ name: 'Unavailable', message: 'CVAT answered 502 to POST /api/auth/login.' });
    expect(await accounts.byId(1)).toMatchObject({ username: 'robot' });
  });

  it('not with what is no token', async () => {
    cvat.standIn.faults.plan(
      { kind: 'answer', reply: { status: 200, contentType: 'application/json', text: '{"key":""}' } },
      { operation: 'login' },
    );
    await expect(cvat.accounts().byId(1)).rejects.toBeInstanceOf(Unavailable);
  });

  it('again when it was deactivated and is active again', async () => {
    const accounts = cvat.accounts();
    await accounts.byId(1);
    Object.assign(robot() ?? {}, { isActive: false });
    await expect(accounts.byId(1)).rejects.toBeInstanceOf(Unavailable);
    Object.assign(robot() ?? {}, { isActive: true });
    cvat.now += 1000;
    expect(await accounts.byId(1)).toMatchObject({ active: true });
  });

  it('with what the caller knows, whose failure is passed on', async () => {
    const accounts = cvat.accounts({ login: () => Promise.reject(new Unavailable('There is no Secret "cvat-robot" yet.')) });
    await expect(accounts.byId(1)).rejects.toThrow('There is no Secret "cvat-robot" yet.');
  });
});
