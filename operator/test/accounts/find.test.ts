import { Refused, Unavailable } from '../../src/accounts/account';
import { Cvat, everyAccount, failure, ROBOT } from './support';

describe('An account is found', () => {
  let cvat: Cvat;
  beforeEach(async () => (cvat = await Cvat.start()));
  afterEach(() => cvat.standIn.stop());

  it('by its number, with its address in lower case', async () => {
    const id = cvat.add('jane.doe', { firstName: 'Jane', lastName: 'Doe', email: 'Jane.Doe@Example.com', isActive: false });
    expect(await cvat.accounts().byId(id)).toEqual({
      id,
      username: 'jane.doe',
      firstName: 'Jane',
      lastName: 'Doe',
      emailAddress: 'jane.doe@example.com',
      active: false,
      privileged: false,
    });
  });

  it.each([
    ['superuser', { isSuperuser: true }],
    ['staff', { isStaff: true }],
    ['group "admin"', { groups: ['admin', 'user'] }],
  ])('and known to be privileged, and why: %s', async (privilege, details) => {
    expect(await cvat.accounts().byId(cvat.add('jane.doe', details))).toMatchObject({ privileged: true, privilege });
  });

  it('not by the number of no account', async () => {
    expect(await cvat.accounts().byId(99)).toBeUndefined();
  });

  it.each([0, -1, 1.5, NaN])('by no number that is none: %s', async (id) => {
    await expect(cvat.accounts().byId(id)).rejects.toBeInstanceOf(Refused);
    expect(cvat.standIn.seen).toEqual([]);
  });

  it.each(['jane.doe', 'jane+doe@example.com', 'jürgen', '山田太郎さん', 'a&b=c', '50%'])('by the exact name %s', async (username) => {
    const id = cvat.add(username);
    expect(await cvat.accounts().byUsername(username)).toMatchObject({ id, username });
  });

  it('by no part of its name, nor by its name in another case or with blanks', async () => {
    cvat.add('jane.doe');
    for (const name of ['jane', 'JANE.DOE', ' jane.doe ']) expect(await cvat.accounts().byUsername(name)).toBeUndefined();
  });

  it('never by an empty name, for which CVAT would list all users', async () => {
    cvat.add('jane.doe');
    for (const name of ['', '  ']) await expect(cvat.accounts().byUsername(name)).rejects.toBeInstanceOf(Refused);
    expect(cvat.standIn.seen).toEqual([]);
  });
});

describe('All accounts are read', () => {
  let cvat: Cvat;
  beforeEach(async () => (cvat = await Cvat.start()));
  afterEach(() => cvat.standIn.stop());

  it('in pages, the oldest first, also inactive ones', async () => {
    cvat.add('jane1', { isActive: false });
    for (const name of ['jane2', 'jane3', 'jane4']) cvat.add(name);
    expect(await everyAccount(cvat.accounts({ pageSize: 2 }))).toEqual([['robot', 'jane1'], ['jane2', 'jane3'], ['jane4']]);
    expect(cvat.standIn.count('list')).toBe(3);
  });

  it('with one request for each thousand', async () => {
    for (let number = 1; number < 2000; number++) cvat.add(`jane${number}`);
    const pages = await everyAccount(cvat.accounts());
    expect(pages.map(({ length }) => length)).toEqual([1000, 1000]);
    expect(cvat.standIn.count('list')).toBe(2);
  });

  it('including those that are made meanwhile', async () => {
    for (const name of ['jane1', 'jane2', 'jane3']) cvat.add(name);
    const names: string[] = [];
    for await (const page of cvat.accounts({ pageSize: 2 }).pages()) {
      names.push(...page.map(({ username }) => username));
      if (names.length === 2) cvat.add('jane4');
    }
    expect(names).toEqual(['robot', 'jane1', 'jane2', 'jane3', 'jane4']);
  });

  it('to the end also when the last page vanishes meanwhile', async () => {
    const ids = ['jane1', 'jane2'].map((name) => cvat.add(name));
    const pages: number[] = [];
    for await (const page of cvat.accounts({ pageSize: 2 }).pages()) {
      pages.push(page.length);
      for (const id of ids) cvat.standIn.people.remove(id);
    }
    expect(pages).toEqual([2, 0]);
  });

  it('and a list that is not whole is not taken for all: a superuser outside of the group sees only itself', async () => {
    cvat.add('jane.doe');
    Object.assign(cvat.standIn.people.byUsername(ROBOT.username) ?? {}, { groups: [] });
    const error = await failure(everyAccount(cvat.accounts()));
    expect(error).toBeInstanceOf(Unavailable);
    expect(error.message).toContain('CVAT does not show the operator all accounts.');
  });

  it('and nothing is made of accounts of which CVAT shows only names', async () => {
    Object.assign(cvat.standIn.people.byUsername(ROBOT.username) ?? {}, { isSuperuser: false });
    const error = await failure(everyAccount(cvat.accounts()));
    expect(error).toBeInstanceOf(Unavailable);
    expect(error.message).toContain('CVAT shows the operator only parts of an account.');
  });
});
