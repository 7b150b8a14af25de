import { Refused, Unavailable } from '../../src/accounts/account';
import { Cvat, failure, JANE, ROBOT } from './support';

describe('An account is made', () => {
  let cvat: Cvat;
  beforeEach(async () => (cvat = await Cvat.start()));
  afterEach(() => cvat.standIn.stop());

  it('active, as it is asked for, and its number is found', async () => {
    const account = await cvat.accounts().create({ ...JANE, emailAddress: 'Jane.Doe@Example.com' });
    const { password, ...shown } = JANE;
    expect(account).toEqual({ ...shown, id: 2, active: true, privileged: false });
    expect(cvat.standIn.people.get(2)).toMatchObject({ username: 'jane.doe', password, isActive: true, groups: ['user'] });
  });

  it('without a first name, a last name or an address, too', async () => {
    const account = await cvat.accounts().create({ ...JANE, firstName: '', lastName: '', emailAddress: '' });
    expect(account).toMatchObject({ firstName: '', lastName: '', emailAddress: '' });
  });

  it('as the robot, which is not throttled, and without cookies, which would log the operator in as that person', async () => {
    const accounts = cvat.accounts();
    cvat.standIn.settings.throttle = { requests: 1, seconds: 60 };
    await accounts.create(JANE);
    await accounts.create({ ...JANE, username: 'john.doe', emailAddress: 'john.doe@example.com' });
    expect(cvat.usernames).toEqual(['jane.doe', 'john.doe']);
    const registered = cvat.standIn.seen.filter(({ operation }) => operation === 'register');
    expect(registered.map(({ headers }) => headers.authorization?.split(' ')[0])).toEqual(['Token', 'Token']);
    expect(cvat.standIn.seen.filter(({ headers }) => headers.cookie !== undefined)).toEqual([]);
  });

  it('one after the other, because CVAT would give two people one address', async () => {
    cvat.standIn.settings.registerDelayMs = 20;
    const accounts = cvat.accounts();
    const made = await Promise.allSettled(['jane1', 'jane2', 'jane3'].map((username) => accounts.create({ ...JANE, username })));
    expect(made.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(cvat.usernames).toEqual(['jane1']);
  });

  it('though another one failed before', async () => {
    const accounts = cvat.accounts();
    const [first, second] = await Promise.allSettled([accounts.create({ ...JANE, username: 'jd' }), accounts.create(JANE)]);
    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
  });

  it.each<[string, Refused['reason'], object, string]>([
    ['the name is taken', 'username-taken', { username: 'taken.name' }, 'username: A user with that username already exists'],
    [
      'the name is taken in another case',
      'username-taken',
      { username: 'TAKEN.name' },
      'username: A user with that username already exists',
    ],
    ['the address is taken', 'email-taken', { emailAddress: 'Taken@example.com' }, 'A user is already registered with this e-mail address'],
    ['the name is too short', 'invalid', { username: 'jane' }, 'username: Ensure this field has at least 5 characters'],
    ['the name has a blank', 'invalid', { username: 'jane doe' }, 'username: Enter a valid username.'],
    ['the address is none', 'invalid', { emailAddress: 'jane@corp' }, 'email: Enter a valid email address'],
    ['a name is too long', 'invalid', { firstName: 'J'.repeat(151) }, 'first_name: Ensure this field has no more than 150 characters'],
    ['the password is too weak', 'invalid', { password: '8273645192' }, 'password1: This password is entirely numeric'],
    ['the password is like the name', 'invalid', { password: 'jane.doe1' }, 'The password is too similar to the username'],
  ])('not when %s', async (_, reason, details, message) => {
    cvat.add('taken.name', { email: 'taken@example.com' });
    const error = await failure(cvat.accounts().create({ ...JANE, ...details }));
    expect(error).toBeInstanceOf(Refused);
    expect(error).toMatchObject({ reason, message: expect.stringMatching(/^CVAT refuses POST \/api\/auth\/register: /) as string });
    expect(error.message).toContain(message);
    expect(cvat.usernames).toEqual(['taken.name']);
  });

  it('which names under five characters get by a change', async () => {
    const accounts = cvat.accounts();

    const { id } = await accounts.create({ ...JANE, username: 'app-user-1' });
    expect(await accounts.update(id, { username: 'jd' })).toMatchObject({ id, username: 'jd' });
    expect(await accounts.opens('jd', JANE.password)).toBe(id);
  });

  it('and may exist though the answer was lost', async () => {
    const accounts = cvat.accounts();
    cvat.standIn.faults.dropAfterWork({ operation: 'register' });
    await expect(accounts.create(JANE)).rejects.toBeInstanceOf(Unavailable);
    const found = await accounts.byUsername(JANE.username);
    expect(await accounts.opens(JANE.username, JANE.password)).toBe(found?.id);
    await expect(accounts.create(JANE)).rejects.toMatchObject({ reason: 'username-taken' });
  });

  it('also when CVAT is slow, for which it gets more time than for anything else', async () => {
    cvat.standIn.settings.registerDelayMs = 1700;
    const patient = cvat.accounts({ timeoutSeconds: { other: 1.5 } });
    expect(await patient.create(JANE)).toMatchObject({ username: 'jane.doe' });
    const impatient = cvat.accounts({ timeoutSeconds: { register: 0.15 } });
    const error = await failure(impatient.create({ ...JANE, username: 'john.doe', emailAddress: 'john@example.com' }));
    expect(error.message).toBe('CVAT has not answered POST /api/auth/register within 0.15 s.');
  });

  it('and not trusted if another client registered the name first, or changed it at once', async () => {
    cvat.standIn.faults.hooks.after = (operation) => {
      const person = cvat.standIn.people.byUsername(JANE.username);
      if (operation === 'register' && person) person.email = 'another.person@example.com';
    };
    expect(await failure(cvat.accounts().create(JANE))).toMatchObject({ name: 'Refused', reason: 'username-taken' });
  });

  it('and not trusted when CVAT made an administrator of that address over to it', async () => {
    cvat.standIn.people.addAdministrator('admin', '', { password: undefined, email: JANE.emailAddress });
    expect(await failure(cvat.accounts().create(JANE))).toMatchObject({ name: 'Refused', reason: 'username-taken' });
  });

  it('and reported as unfinished when CVAT does not show it', async () => {
    cvat.standIn.faults.hooks.after = (operation) => {
      const robot = cvat.standIn.people.byUsername(ROBOT.username);
      if (operation === 'register' && robot) robot.groups = [];
    };
    const error = await failure(cvat.accounts().create(JANE));
    expect(error).toBeInstanceOf(Unavailable);
    expect(error.message).toContain('CVAT registered account "jane.doe", but does not show it.');
  });

  it('registers the next one while it looks up the one before', async () => {
    const accounts = cvat.accounts();
    await accounts.byUsername(ROBOT.username);
    let release = (): void => undefined;
    const looked = new Promise<void>((resolve) => (release = resolve));
    cvat.standIn.faults.hooks.before = (operation) => (operation === 'list' ? looked : undefined);
    const first = accounts.create(JANE);
    const second = accounts.create({ ...JANE, username: 'john.doe', emailAddress: 'john.doe@example.com' });
    while (cvat.standIn.count('register') < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    release();
    expect((await Promise.all([first, second])).map(({ username }) => username)).toEqual(['jane.doe', 'john.doe']);
  });

  it('in a CVAT that began to require verified addresses: the operator waits, as it does after a restart', async () => {
    const accounts = cvat.accounts();
    await accounts.ready();
    // With a token from before, only the answer to the registration tells.
    await accounts.byId(1);
    cvat.standIn.settings.emailVerification = true;
    const before = await failure(accounts.create(JANE));
    expect(before).toMatchObject({ name: 'Unavailable', message: expect.stringContaining('verified') as string });
    expect(cvat.standIn.count('register')).toBe(1);
    cvat.now += 120_000;
    expect((await failure(accounts.ready())).message).toBe(before.message);
    expect((await failure(cvat.accounts().ready())).message).toBe(before.message);
    cvat.now += 120_000;
    cvat.standIn.settings.emailVerification = false;
    await accounts.ready();
  });

  it('in a CVAT that began to require verified addresses, which the next resync notices without a registration', async () => {
    const accounts = cvat.accounts();
    await accounts.byId(1);
    cvat.standIn.settings.emailVerification = true;
    expect((await failure(accounts.ready())).message).toContain('verified');
  });
});

describe('Whether CVAT would create an account', () => {
  let cvat: Cvat;
  beforeEach(async () => (cvat = await Cvat.start()));
  afterEach(() => cvat.standIn.stop());

  const { password, ...account } = JANE;

  it('is told without a password, and no account is created', async () => {
    await cvat.accounts().checkCreation(account);
    expect(cvat.usernames).toEqual([]);
    expect(cvat.standIn.seen.map(({ body }) => body).join()).not.toContain(password);
  });

  it.each([
    { username: 'jane' },
    { emailAddress: 'jane@corp' },
    { firstName: 'J'.repeat(151) },
    { username: 'TAKEN.name', emailAddress: 'jane@corp' },
  ])('is refused for %j in the same words as its creation', async (details) => {
    cvat.add('taken.name');
    const asked = await failure(cvat.accounts().checkCreation({ ...account, ...details }));
    const { message, reason } = (await failure(cvat.accounts().create({ ...JANE, ...details }))) as Refused;
    expect(asked).toMatchObject({ name: 'Refused', reason, message });
  });

  it('is refused where registration is closed', async () => {
    const accounts = cvat.accounts();
    cvat.standIn.faults.fail(403, { operation: 'register', times: 2 });
    expect(await failure(accounts.checkCreation(account))).toMatchObject({ name: 'Refused', reason: 'forbidden' });
    expect(await failure(accounts.create(JANE))).toMatchObject({ name: 'Refused', reason: 'forbidden' });
  });

  it('is unknown when the answer does not say that the passwords are missing', async () => {
    const accounts = cvat.accounts();
    cvat.standIn.faults.fail(400, { operation: 'register', body: { password1: ['This field is required.'] } });
    expect(await failure(accounts.checkCreation(account))).toBeInstanceOf(Error);
    cvat.standIn.faults.fail(201, { operation: 'register', body: {} });
    expect(await failure(accounts.checkCreation(account))).toBeInstanceOf(Unavailable);
  });
});
