import { CvatStandIn } from './stand-in';

/** What the recorded exchanges, one request each, cannot show. */
describe('The stand-in', () => {
  let cvat: CvatStandIn;
  let now = 0;
  beforeEach(async () => {
    now = Date.parse('2026-11-23T12:00:00Z');
    cvat = await CvatStandIn.start({ clock: () => now });
    cvat.people.addAdministrator('admin', 'password-of-admin');
  });
  afterEach(() => cvat.stop());

  const ask = (method: string, path: string, body?: object, headers: object = {}) =>
    fetch(cvat.url + path, {
      method,
      headers: { 'Content-Type': 'application/json', ...headers },
      body: body && JSON.stringify(body),
    });
  const register = (username: string, email: string) =>
    ask('POST', '/api/auth/register', { username, email, password1: 'kX4-_secret', password2: 'kX4-_secret' });
  const statuses = async (answers: readonly Promise<Response>[]): Promise<Record<number, number>> => {
    const counts: Record<number, number> = {};
    for (const { status } of await Promise.all(answers)) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  };
  const twenty = Array.from({ length: 20 }, (_, index) => index);

  /** Blocks all until twenty have been checked. */
  function letTwentyMeet(): void {
    let there = 0;
    let open: () => void;
    const circuitBreaker = new Promise<void>((resolve) => (open = resolve));
    cvat.settings.duringRegister = () => {
      if (++there === 20) open();
      return circuitBreaker;
    };
  }

  it('gives one of twenty that register at once with one name the account, and the others an exception', async () => {
    letTwentyMeet();
    expect(await statuses(twenty.map((index) => register('jane.doe', `jane${index}@example.com`)))).toEqual({ 201: 1, 500: 19 });
    expect(cvat.people.all().length).toBe(2);
  });

  it('gives twenty that register at once with one address, or with one name in twenty cases, an account each', async () => {
    letTwentyMeet();
    expect(await statuses(twenty.map((index) => register(`jane${index}x`, 'jane@example.com')))).toEqual({ 201: 20 });
    letTwentyMeet();
    const names = twenty.map((index) => `${'j'.repeat(index)}${'J'.repeat(20 - index)}`);
    expect(await statuses(names.map((name) => register(name, `${name.indexOf('J')}@example.org`)))).toEqual({ 201: 20 });
  });

  it('lets a hundred requests a minute pass without a login, and any number with one', async () => {
    const token = cvat.people.tokenOf(cvat.people.add({ username: 'jane.doe' }));
    for (let request = 0; request < 100; request++) expect((await ask('GET', '/api/server/about')).status).toBe(200);
    const refused = await register('john.doe', 'john@example.com');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    expect((await ask('GET', '/api/server/about', undefined, { Authorization: `Token ${token}` })).status).toBe(200);
    now += 60_000;
    expect((await ask('GET', '/api/server/about')).status).toBe(200);
  });

  it('gives each person one token, which a logout revokes for all clients', async () => {
    const login = async () =>
      ((await (await ask('POST', '/api/auth/login', { username: 'admin', password: 'password-of-admin' })).json()) as { key: string }).key;
    const first = await login();
    expect(await login()).toBe(first);
    await ask('POST', '/api/auth/logout', {}, { Authorization: `Token ${first}` });
    expect((await ask('GET', '/api/users/self', undefined, { Authorization: `Token ${first}` })).status).toBe(401);
    expect(await login()).not.toBe(first);
  });

  it('finishes what it began for a client that has gone away', async () => {
    const client = new AbortController();
    cvat.settings.duringRegister = () => client.abort();
    const done = new Promise<void>((resolve) => (cvat.faults.hooks.after = () => resolve()));
    const body = JSON.stringify({ username: 'jane.doe', password1: 'kX4-_secret', password2: 'kX4-_secret' });
    const headers = { 'Content-Type': 'application/json' };
    await expect(fetch(`${cvat.url}/api/auth/register`, { method: 'POST', headers, body, signal: client.signal })).rejects.toThrow();
    await done;
    expect(cvat.people.byUsername('jane.doe')).toBeDefined();
  });

  it('commits a registration whose client has given up, when the test says so, and with an address that was given away meanwhile', async () => {
    const commit = cvat.faults.late();
    await expect(register('jane.doe', 'jane@example.com')).rejects.toThrow('fetch failed');
    expect(cvat.people.byUsername('jane.doe')).toBeUndefined();
    expect((await register('jane.two', 'jane@example.com')).status).toBe(201);
    commit();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(cvat.people.byEmail('jane@example.com').map(({ username }) => username)).toEqual(['jane.doe', 'jane.two']);
  });

  it('does not commit a late registration whose username was taken meanwhile', async () => {
    const commit = cvat.faults.late();
    await expect(register('jane.doe', 'jane@example.com')).rejects.toThrow('fetch failed');
    expect((await register('jane.doe', 'jane@example.com')).status).toBe(201);
    commit();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(cvat.people.byEmail('jane@example.com')).toHaveLength(1);
  });

  it('strips names as Python does: U+001F and U+0085 go, U+FEFF stays', async () => {
    const body = { username: 'jane.doe', first_name: '\u001f\u0085Jane\ufeff ', password1: 'kX4-_secret', password2: 'kX4-_secret' };
    expect((await ask('POST', '/api/auth/register', body)).status).toBe(201);
    expect(cvat.people.byUsername('jane.doe')?.firstName).toBe('Jane\ufeff');
  });

  it('accepts a token that it issued before it required verified addresses, and tells at registration that it does', async () => {
    const token = cvat.people.tokenOf(cvat.people.byUsername('admin') ?? cvat.people.add({ username: 'none' }));
    cvat.settings.emailVerification = true;
    expect((await ask('GET', '/api/users/self', undefined, { Authorization: `Token ${token}` })).status).toBe(200);
    const basic = Buffer.from('admin:password-of-admin').toString('base64');
    expect((await ask('GET', '/api/users/self', undefined, { Authorization: `Basic ${basic}` })).status).toBe(401);
    expect(await (await register('jane.doe', 'jane@example.com')).json()).toMatchObject({ email_verification_required: true, key: null });
  });

  it('refuses a login with an address that one account has and another one had', async () => {
    await register('jane.doe', 'jane@example.com');
    const login = async () => (await ask('POST', '/api/auth/login', { email: 'jane@example.com', password: 'wrong' })).json();
    expect(await login()).toEqual({ non_field_errors: ['Unable to log in with provided credentials.'] });
    Object.assign(cvat.people.byUsername('jane.doe') ?? {}, { email: 'new@example.com' });
    expect(await login()).toEqual({ non_field_errors: ['Unable to log in with provided credentials.'] });
    cvat.people.add({ username: 'jane.two', email: 'jane@example.com' });
    expect(await login()).toEqual(['Unable to login with provided credentials']);
  });

  it('fails as planned: so often, in what is meant, and then no more', async () => {
    cvat.faults.fail(503, { operation: 'about', times: 2 });
    const after = async (path: string) => (await ask('GET', path)).status;
    expect([await after('/api/server/health/'), await after('/api/server/about')]).toEqual([200, 503]);
    expect([await after('/api/server/about'), await after('/api/server/about')]).toEqual([503, 200]);
    cvat.faults.down();
    await expect(after('/api/server/about')).rejects.toThrow('fetch failed');
    cvat.faults.clear();
    expect(await after('/api/server/about')).toBe(200);
    expect(cvat.count('about')).toBe(5);
  });

  it('tells a test before and after the work, and waits for it', async () => {
    const calls: string[] = [];
    const exists = () => String(cvat.people.byUsername('jane.doe') !== undefined);
    cvat.faults.hooks = {
      before: (operation) => void calls.push(operation, exists()),
      after: (operation) => void calls.push(operation, exists()),
    };
    await register('jane.doe', 'jane@example.com');
    expect(calls).toEqual(['register', 'false', 'register', 'true']);
  });

  it('is found at the same address, with all that it knew, when it is stopped and goes on', async () => {
    const { url } = cvat;
    await register('jane.doe', 'jane@example.com');
    await cvat.stop();
    await expect(ask('GET', '/api/server/about')).rejects.toThrow('fetch failed');
    await cvat.restart();
    expect(cvat.url).toBe(url);
    expect(cvat.people.byUsername('jane.doe')).toBeDefined();
  });
});
