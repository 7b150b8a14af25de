import { Unavailable } from '../../src/accounts/account';
import { Cvat, failure, ROBOT } from './support';

const ROLE = 'The operator must be a superuser in group "admin".';

describe('CVAT is ready', () => {
  let cvat: Cvat;
  beforeEach(async () => (cvat = await Cvat.start()));
  afterEach(() => cvat.standIn.stop());

  const whyNot = async (): Promise<string> => {
    const error = await failure(cvat.accounts().ready());
    expect(error).toBeInstanceOf(Unavailable);
    return error.message;
  };
  const robot = () => cvat.standIn.people.byUsername(ROBOT.username);

  it('when it is healthy and the robot is an administrator', async () => {
    await cvat.accounts().ready();
    expect(cvat.observed).toEqual([
      ['health', '2xx'],
      ['self', '2xx'],
    ]);
  });

  it('with two requests when the robot is logged in already', async () => {
    const accounts = cvat.accounts();
    await accounts.ready();
    cvat.standIn.forgetRequests();
    await accounts.ready();
    expect([...cvat.standIn.counts]).toEqual([
      ['health', 1],
      ['self', 1],
    ]);
  });

  it('not when a part of it does not work, which is named without its error', async () => {
    cvat.standIn.settings.health = { DatabaseBackend: 'unavailable: password of 10.0.0.1 refused' };
    expect(await whyNot()).toBe('CVAT is not healthy: DatabaseBackend not working.');
    expect(cvat.standIn.count('login')).toBe(0);
  });

  it('not when the part that decides about rights is down, or has no rules yet', async () => {
    cvat.standIn.settings.opa = 'down';
    expect(await whyNot()).toBe('CVAT is not healthy: OPAHealthCheck not working.');
    cvat.standIn.settings.opa = 'no-rules';
    expect(await whyNot()).toBe('CVAT answered 500 to GET /api/users/self.');
  });

  it('not when something else answers in its place', async () => {
    cvat.standIn.faults.failWithPage(200, { operation: 'health' });
    expect(await whyNot()).toBe('CVAT is not healthy: its health is 200.');
    cvat.standIn.faults.failWithPage(200, { operation: 'self' });
    expect(await whyNot()).toBe("What answers at /api/users/self is not CVAT's API.");
  });

  it('not when the robot is a superuser outside of the group, who sees only itself', async () => {
    Object.assign(robot() ?? {}, { groups: [] });
    expect(await whyNot()).toBe(`CVAT does not let the operator administer accounts. ${ROLE}`);
  });

  it('not when the robot is in the group and no superuser, whose changes are ignored', async () => {
    Object.assign(robot() ?? {}, { isSuperuser: false, isStaff: false });
    expect(await whyNot()).toBe(`CVAT does not let the operator administer accounts. ${ROLE}`);
  });

  it('not when the robot has another password, or does not exist', async () => {
    const message = 'CVAT does not let "robot" log in. Has the administrator Job of this platform run, with the same Secret?';
    Object.assign(robot() ?? {}, { password: 'another' });
    expect(await whyNot()).toBe(message);
    cvat.standIn.people.remove(robot()?.id ?? 0);
    expect(await whyNot()).toBe(message);
  });

  it('not when users cannot log in before their address is verified', async () => {
    cvat.standIn.settings.emailVerification = true;
    expect(await whyNot()).toContain('CVAT refuses logins until an e-mail address is verified');
  });

  it('again when it has come back', async () => {
    const accounts = cvat.accounts();
    await cvat.standIn.stop();
    expect((await failure(accounts.ready())).message).toBe(`CVAT cannot be reached at ${cvat.standIn.url}: ECONNREFUSED.`);
    await cvat.standIn.restart();
    await accounts.ready();
  });
});
