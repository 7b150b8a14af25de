import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ControlPlane, startControlPlane } from './harness/control-plane';
import { FIXTURES } from '../fixtures/dist';
import { LOCAL } from './harness/dist';
import type { Kubectl, KubectlResult } from './harness/kubectl';
import { served } from './harness/served';
import { until } from './harness/until';

const CRD = join(FIXTURES, LOCAL.folder, '10-app-user-crd.k8s.yaml');

const PERSON = { lastName: 'Doe', firstName: 'John', emailAddress: 'john.doe@example.com' };
const NAME_RULE =
  'must not start or end with a blank or an invisible character such as U+FEFF, nor contain a line break or another control character';
const USERNAME_RULE = 'username cannot be added, changed or removed later, because the account keeps the name it was made with';

interface AppUser {
  readonly metadata: { readonly name: string; readonly uid: string; readonly generation: number };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: unknown;
}

let controlPlane: ControlPlane;
let kubectl: Kubectl;

beforeAll(async () => {
  controlPlane = await startControlPlane();
  ({ kubectl } = controlPlane);
  expect(await kubectl.apply(readFileSync(CRD, 'utf8'))).toMatchObject({ code: 0, stderr: '' });
  await served(kubectl, 'appusers.kapernikov.com');
});

afterAll(async () => {
  await controlPlane?.stop();
});

/** Applies an AppUser as YAML. `spec` replaces the fields that it names; undefined removes one. */
function apply(name: string, spec: object = {}, ...flags: readonly string[]): Promise<KubectlResult> {
  return applyObject({ metadata: { name }, spec: { ...PERSON, ...spec } }, ...flags);
}

function applyObject(object: object, ...flags: readonly string[]): Promise<KubectlResult> {
  return kubectl.apply(JSON.stringify({ apiVersion: 'kapernikov.com/v1', kind: 'AppUser', ...object }), ...flags);
}

describe('an AppUser is refused', () => {
  test.each([
    ['without an e-mail address', { emailAddress: undefined }, 'spec.emailAddress: Required value'],
    ['without a last name', { lastName: undefined }, 'spec.lastName: Required value'],
    ['without a first name', { firstName: undefined }, 'spec.firstName: Required value'],
    [
      'with "john.doe" as its e-mail address',
      { emailAddress: 'john.doe' },
      'spec.emailAddress: Invalid value: "john.doe": emailAddress must be an e-mail address such as john.doe@example.com',
    ],
    [
      'with an e-mail address of one word after the @',
      { emailAddress: 'john@localhost' },
      'spec.emailAddress: Invalid value: "john@localhost": emailAddress must be an e-mail address such as',
    ],
    [
      'with two people in its e-mail address',
      { emailAddress: 'a@example.com,b@example.com' },
      'emailAddress must be an e-mail address such as john.doe@example.com',
    ],
    ['with 255 characters in its e-mail address', { emailAddress: `${'a'.repeat(243)}@example.com` }, 'may not be more than 254'],
    ['with 300 characters in its last name', { lastName: 'a'.repeat(300) }, 'spec.lastName: Too long: may not be more than 150'],
    ['with 300 characters in its first name', { firstName: 'a'.repeat(300) }, 'spec.firstName: Too long: may not be more than 150'],
    [
      'with an empty last name',
      { lastName: '' },
      'spec.lastName: Invalid value: "": spec.lastName in body should be at least 1 chars long',
    ],
    ['with an empty first name', { firstName: '' }, 'spec.firstName in body should be at least 1 chars long'],
    ['with a blank before its last name', { lastName: ' Doe' }, `spec.lastName: Invalid value: " Doe": lastName ${NAME_RULE}`],
    ['with a blank after its first name', { firstName: 'John ' }, `spec.firstName: Invalid value: "John ": firstName ${NAME_RULE}`],
    ['with nothing but a blank for a name', { lastName: ' ' }, `lastName ${NAME_RULE}`],
    ['with a line break in its name', { firstName: 'John\nJane' }, `firstName ${NAME_RULE}`],
    ['with a blank in its username', { username: 'john doe' }, 'username must consist of letters, digits and the characters @ . + - _'],
    ['with an empty username', { username: '' }, 'username must consist of letters, digits and the characters @ . + - _'],
    ['with 151 characters in its username', { username: 'a'.repeat(151) }, 'spec.username: Too long: may not be more than 150'],
    [
      'with an unknown deletion policy',
      { deletionPolicy: 'Keep' },
      'spec.deletionPolicy: Unsupported value: "Keep": supported values: "Deactivate", "Delete"',
    ],
    ['with an unknown field', { email: 'john.doe@example.com' }, 'unknown field "spec.email"'],
    ['with a number for a name', { lastName: 7 }, 'spec.lastName: Invalid value: "integer": spec.lastName in body must be of type string'],
  ])('%s', async (_, spec, message) => {
    expect(await apply('refused', spec)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(message) });
  });

  test('without a spec', async () => {
    const { code, stderr } = await applyObject({ metadata: { name: 'refused' } });
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('spec: Required value') });
  });

  test('whose own name is too long for a username, unless it has one', async () => {
    const name = 'a'.repeat(151);
    expect(await apply(name)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        'metadata.name is the username unless spec.username is given, and a username has at most 150 characters',
      ),
    });
    expect(await apply(name, { username: 'short' }, '--dry-run=server')).toMatchObject({ code: 0 });
  });

  test('with all reasons at once: those of the rules after those of the types', async () => {
    const types = await apply('refused', { firstName: '', lastName: 7, deletionPolicy: 'Keep' });
    for (const field of ['firstName', 'lastName', 'deletionPolicy']) expect(types.stderr).toContain(`* spec.${field}: `);
    const rules = await apply('refused', { firstName: ' ', emailAddress: 'john.doe', username: 'john doe' });
    for (const field of ['firstName', 'emailAddress', 'username']) expect(rules.stderr).toContain(`* spec.${field}: `);
  });

  test('when its username is changed, added or removed later', async () => {
    const refused = { code: 1, stderr: expect.stringContaining(USERNAME_RULE) };
    expect(await apply('named', { username: 'jd' })).toMatchObject({ code: 0 });
    expect(await apply('named', { username: 'jane' })).toMatchObject(refused);
    expect(await apply('named')).toMatchObject(refused);
    expect(await apply('unnamed')).toMatchObject({ code: 0 });
    expect(await apply('unnamed', { username: 'unnamed' })).toMatchObject(refused);
    // Everything else can change.
    expect(await apply('named', { username: 'jd', lastName: 'Smith', emailAddress: 'smith@example.com' })).toMatchObject({
      code: 0,
      stdout: 'appuser.kapernikov.com/named configured\n',
    });
  });
});

describe('an AppUser is accepted', () => {
  test.each([
    ['with a name in other scripts', { firstName: 'Zoë-Łucja', lastName: "D'Ångström 山田 النجار" }],
    ['with 150 characters of any script in its name', { lastName: '山'.repeat(150) }],
    ["with an apostrophe in its e-mail address, as O'Brien has", { lastName: "O'Brien", emailAddress: "O'Brien@example.co.uk" }],
    ['with an e-mail address with a plus', { emailAddress: 'john+cvat@example.com' }],
    ['with an e-mail address of 254 characters', { emailAddress: `${'a'.repeat(242)}@example.com` }],
    ['with an e-mail address for a username', { username: 'john.doe+cvat@example.com' }],
    ['that is deleted with the account', { deletionPolicy: 'Delete' }],
  ])('%s', async (_, spec) => {
    expect(await apply('accepted', spec, '--dry-run=server', '-o', 'json')).toMatchObject({ code: 0, stderr: '' });
  });

  test('and leaves the account of a person who goes as it is, unless it says otherwise', async () => {
    expect(await apply('default')).toMatchObject({ code: 0 });
    expect((await kubectl.get<AppUser>('au', 'default')).spec).toEqual({ ...PERSON, deletionPolicy: 'Deactivate' });
  });
});

describe('the status of an AppUser', () => {
  const condition = {
    type: 'Ready',
    status: 'True',
    reason: 'InSync',
    message: 'The account is as wanted.',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
  const STATUS = { observedGeneration: 1, username: 'jd', userId: 7, conditions: [condition] };

  function patch(status: object, ...flags: readonly string[]): Promise<KubectlResult> {
    return kubectl.run(['patch', 'au', 'watched', '--type=merge', '-p', JSON.stringify({ status }), ...flags]);
  }

  beforeAll(async () => {
    expect(await apply('watched', { username: 'jd' })).toMatchObject({ code: 0 });
  });

  test('can be written through its subresource only', async () => {
    expect(await patch(STATUS)).toMatchObject({ code: 0, stdout: 'appuser.kapernikov.com/watched patched (no change)\n' });
    expect((await kubectl.get<AppUser>('au', 'watched')).status).toBeUndefined();
    expect(await patch(STATUS, '--subresource=status')).toMatchObject({ code: 0 });
    expect(await kubectl.get<AppUser>('au', 'watched')).toMatchObject({ status: STATUS, metadata: { generation: 1 } });
  });

  test('does not take the spec along', async () => {
    const changed = JSON.stringify({ spec: { lastName: 'Smith' }, status: { userId: 8 } });
    await kubectl.output(['patch', 'au', 'watched', '--type=merge', '-p', changed, '--subresource=status']);
    expect(await kubectl.get<AppUser>('au', 'watched')).toMatchObject({ spec: { lastName: 'Doe' }, status: { userId: 8 } });
  });

  test('has conditions that say why', async () => {
    const { code, stderr } = await patch({ conditions: [{ type: 'Ready', status: 'Perhaps' }] }, '--subresource=status');
    expect(code).toBe(1);
    expect(stderr).toContain('status.conditions[0].status: Unsupported value: "Perhaps"');
    expect(stderr).toContain('status.conditions[0].reason: Required value');
  });

  test('is in the columns of kubectl get au', async () => {
    await patch(STATUS, '--subresource=status');
    const table = async (...flags: readonly string[]): Promise<string[][]> =>
      (await kubectl.output(['get', 'au', 'watched', ...flags]))
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ {2,}/));
    expect(await table()).toEqual([
      ['NAME', 'USERNAME', 'EMAIL', 'READY', 'REASON', 'AGE'],
      ['watched', 'jd', PERSON.emailAddress, 'True', 'InSync', expect.stringMatching(/^\d+[ms]/)],
    ]);
    expect(await table('-o', 'wide')).toEqual([
      ['NAME', 'USERNAME', 'EMAIL', 'READY', 'REASON', 'LAST NAME', 'FIRST NAME', 'AGE'],
      ['watched', 'jd', PERSON.emailAddress, 'True', 'InSync', 'Doe', 'John', expect.stringMatching(/^\d+[ms]/)],
    ]);
  });
});

test('kubectl explain tells what each field is for', async () => {
  // The API server publishes what it says of a kind some time after it serves it.
  const explained = await until('kubectl explains the kind', async () => {
    const { code, stdout } = await kubectl.run(['explain', 'appuser.spec']);
    return code === 0 && stdout;
  });
  expect(explained.replaceAll(/\s+/g, ' ')).toContain('It cannot be changed later.');
  expect(explained).toMatch(/emailAddress\t<string> -required-/);
});
