import { type AccountChanges, type Refused, Unavailable } from '../../src/accounts/account';
import { Cvat, failure, JANE, ROBOT } from './support';

let cvat: Cvat;
beforeEach(async () => (cvat = await Cvat.start()));
afterEach(() => cvat.standIn.stop());

/** A user as CVAT shows it. */
const user = (id: number) => ({
  ...{ id, username: 'jane.doe', first_name: 'Jane', last_name: 'Doe', email: 'jane.doe@example.com' },
  ...{ is_active: true, is_staff: false, is_superuser: false, groups: ['user'] },
});

describe('An account is changed', () => {
  it.each<[AccountChanges, string]>([
    [{ firstName: ' Janet ' }, '{"first_name":"Janet"}'],
    [{ lastName: ' Doé-Smith ' }, '{"last_name":"Doé-Smith"}'],
    [{ emailAddress: 'Jane@Example.com' }, '{"email":"jane@example.com"}'],
    [{ username: 'jd' }, '{"username":"jd"}'],
    [{ active: false }, '{"is_active":false}'],
    [{ firstName: '', active: true }, '{"first_name":"","is_active":true}'],
  ])('in what is asked and nothing else: %j', async (changes, body) => {
    const id = cvat.add('jane.doe', { firstName: 'Jane', lastName: 'Doe', email: 'jane.doe@example.com' });
    const account = await cvat.accounts().update(id, changes);
    expect(cvat.standIn.seen.at(-1)).toMatchObject({ method: 'PATCH', path: `/api/users/${id}`, body });
    expect(await cvat.accounts().byId(id)).toEqual(account);
    const { firstName = 'Jane', lastName = 'Doe', emailAddress = 'jane.doe@example.com', ...others } = changes;
    const expected = { ...others, firstName: firstName.trim(), lastName: lastName.trim(), emailAddress: emailAddress.toLowerCase() };
    expect(account).toMatchObject(expected);
  });

  it.each<[string, Refused['reason'], AccountChanges, string]>([
    ['the name is taken', 'username-taken', { username: 'taken' }, 'username: A user with that username already exists'],
    ['the name is none', 'invalid', { username: 'j d' }, 'username: Enter a valid username.'],
    ['the address is none', 'invalid', { emailAddress: 'jane' }, 'email: Enter a valid email address'],
    ['a name is too long', 'invalid', { lastName: 'D'.repeat(151) }, 'last_name: Ensure this field has no more than 150 characters'],
  ])('not when %s', async (_, reason, changes, message) => {
    cvat.add('taken');
    const id = cvat.add('jane.doe', { firstName: 'Jane' });
    const error = await failure(cvat.accounts().update(id, { firstName: 'Janet', ...changes }));
    expect(error).toMatchObject({ name: 'Refused', reason });
    expect(error.message).toContain(message);
    expect(cvat.standIn.people.get(id)?.firstName).toBe('Jane');
  });

  it('not when it does not exist', async () => {
    expect(await failure(cvat.accounts().update(99, { active: false }))).toMatchObject({ name: 'Refused', reason: 'not-found' });
  });

  it.each<[string, AccountChanges, string]>([
    ['an address', { emailAddress: 'new@example.com' }, 'email'],
    ['a deactivation', { active: false }, 'is_active'],
    ['both', { active: false, emailAddress: 'new@example.com', firstName: 'Janet' }, 'email, is_active'],
  ])('and CVAT is not believed when it ignores %s without a word, because the robot is no superuser', async (_, changes, fields) => {
    const id = cvat.add('jane.doe', { email: 'jane.doe@example.com' });
    Object.assign(cvat.standIn.people.byUsername(ROBOT.username) ?? {}, { isSuperuser: false });
    const error = await failure(cvat.accounts().update(id, changes));
    const message = `CVAT ignored the change of ${fields} of account ${id}. The operator must be a superuser in group "admin".`;
    expect(error).toMatchObject({ name: 'Refused', reason: 'forbidden', message });
  });

  it('and a text that CVAT stores in another form is returned as it is stored: no right is missing', async () => {
    const id = cvat.add('jane.doe', { email: 'jane.doe@example.com' });
    const shown = (changes: object) => ({ ...user(id), ...changes });
    cvat.standIn.faults.fail(200, { operation: 'patch', body: shown({ first_name: 'JANE' }) });
    expect(await cvat.accounts().update(id, { firstName: 'Jane' })).toMatchObject({ firstName: 'JANE' });
    cvat.standIn.faults.fail(200, { operation: 'patch', body: shown({ is_active: true }) });
    expect(await failure(cvat.accounts().update(id, { active: false }))).toMatchObject({ reason: 'forbidden' });
  });

  it('not by a superuser outside of the group', async () => {
    const id = cvat.add('jane.doe');
    Object.assign(cvat.standIn.people.byUsername(ROBOT.username) ?? {}, { groups: [] });
    const error = await failure(cvat.accounts().update(id, { active: false }));
    expect(error).toMatchObject({ name: 'Refused', reason: 'forbidden' });
    expect(error.message).toContain('You do not have permission to perform this action. The operator must be');
  });

  it('not when something in front of CVAT refuses it: that says nothing about the account', async () => {
    const id = cvat.add('jane.doe');
    for (const status of [400, 403]) {
      cvat.standIn.faults.failWithPage(status, { operation: 'patch' });
      const error = await failure(cvat.accounts().update(id, { active: false }));
      expect(error).toMatchObject({
        name: 'Unavailable',
        message: `What answered PATCH /api/users/${id} with ${status} is not CVAT's API.`,
      });
    }
  });

  it('and messages of CVAT about unknown fields are not repeated', async () => {
    const id = cvat.add('jane.doe');
    cvat.standIn.faults.fail(400, {
      operation: 'patch',
      body: { 'Another Person': ['is wrong'], is_active: ['Must be a valid boolean.'] },
    });
    const error = await failure(cvat.accounts().update(id, { active: false }));
    expect(error.message).toBe(`CVAT refuses PATCH /api/users/${id}: is_active: Must be a valid boolean.`);
  });

  it('and the change may have been made though the answer was lost', async () => {
    const id = cvat.add('jane.doe');
    const accounts = cvat.accounts();
    cvat.standIn.faults.dropAfterWork({ operation: 'patch' });
    await expect(accounts.update(id, { active: false })).rejects.toBeInstanceOf(Unavailable);
    expect(await accounts.byId(id)).toMatchObject({ active: false });
  });
});

describe('An account is removed', () => {
  it('for good', async () => {
    const id = cvat.add('jane.doe');
    await cvat.accounts().remove(id);
    expect(cvat.usernames).toEqual([]);
  });

  it('also when it is gone already, or when the answer to that was lost', async () => {
    const id = cvat.add('jane.doe');
    const accounts = cvat.accounts();
    cvat.standIn.faults.dropAfterWork({ operation: 'delete' });
    await expect(accounts.remove(id)).rejects.toBeInstanceOf(Unavailable);
    await accounts.remove(id);
    expect(cvat.usernames).toEqual([]);
  });

  it('but not when something in front of CVAT says that there is no such page', async () => {
    const id = cvat.add('jane.doe');
    cvat.standIn.faults.failWithPage(404, { operation: 'delete' });
    await expect(cvat.accounts().remove(id)).rejects.toBeInstanceOf(Unavailable);
    expect(cvat.usernames).toEqual(['jane.doe']);
  });

  it('by an administrator only', async () => {
    const id = cvat.add('jane.doe');
    Object.assign(cvat.standIn.people.byUsername(ROBOT.username) ?? {}, { groups: [] });
    await expect(cvat.accounts().remove(id)).rejects.toMatchObject({ reason: 'forbidden' });
  });
});

describe('A name and a password open', () => {
  const open = (username: string, password: string) => cvat.accounts().opens(username, password);
  const add = (details: object = {}) => cvat.add(JANE.username, { password: JANE.password, email: JANE.emailAddress, ...details });

  it('the account that has both', async () => {
    expect(await open(JANE.username, JANE.password)).toBeUndefined();
    const id = add();
    expect(await open(JANE.username, JANE.password)).toBe(id);
  });

  it('nothing when either is another, also in its case', async () => {
    add();
    expect(await open(JANE.username, 'another')).toBeUndefined();
    expect(await open(JANE.username.toUpperCase(), JANE.password)).toBeUndefined();
    expect(await open(JANE.emailAddress, JANE.password)).toBeUndefined();
  });

  it('nothing when the account is inactive, or has no password', async () => {
    add({ isActive: false });
    expect(await open(JANE.username, JANE.password)).toBeUndefined();
    cvat.add('invited', { password: undefined });
    expect(await open('invited', '')).toBeUndefined();
  });

  it('an account with a name of other scripts', async () => {
    const id = cvat.add('jürgen', { password: JANE.password });
    expect(await open('jürgen', JANE.password)).toBe(id);
  });

  it('without the robot, and without counting as that person being there', async () => {
    const id = add();
    await open(JANE.username, JANE.password);
    expect(cvat.standIn.count('login')).toBe(0);
    expect(cvat.standIn.people.get(id)?.lastLogin).toBeNull();
  });

  it('nothing in a CVAT that wants verified addresses, which is said', async () => {
    add();
    cvat.standIn.settings.emailVerification = true;
    const error = await failure(open(JANE.username, JANE.password));
    expect(error).toMatchObject({ name: 'Unavailable' });
  });
});

describe('An address', () => {
  let cvat: Cvat;
  beforeEach(async () => (cvat = await Cvat.start()));
  afterEach(() => cvat.standIn.stop());

  const taken = (emailAddress: string, id: number, password?: string) =>
    cvat.accounts().emailAddressIsTaken(emailAddress, { id }, password);

  it('is free when no account has or had it', async () => {
    expect(await taken('new@example.com', 1)).toBe(false);
  });

  it('is taken when another account has it, or had it before a change', async () => {
    const id = cvat.add('jane.doe', { email: 'jane@example.com', password: JANE.password });
    expect(await taken('Jane@Example.com', 99)).toBe(true);
    Object.assign(cvat.standIn.people.get(id) ?? {}, { email: 'new@example.com' });
    expect(await taken('jane@example.com', 99, 'password-of-99')).toBe(true);
    expect(await cvat.accounts().emailAddressIsTaken('jane@example.com', undefined, JANE.password)).toBe(true);
  });

  it('is free when the account itself had it before, which its password shows', async () => {
    const id = cvat.add('jane.doe', { email: 'jane@example.com', password: JANE.password });
    Object.assign(cvat.standIn.people.get(id) ?? {}, { email: 'new@example.com' });
    expect(await taken('jane@example.com', id, JANE.password)).toBe(false);
    expect(await taken('jane@example.com', id)).toBe(true);
  });
});
