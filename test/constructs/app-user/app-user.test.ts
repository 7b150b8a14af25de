import { AppUser, type AppUserProps } from '../../../constructs/app-user/app-user';
import { objectsOf, problemsOf, yamlOf } from '../../support';

const john: AppUserProps = { name: 'john', namespace: 'cvat', lastName: 'Doe', firstName: 'John', emailAddress: 'john.doe@kapernikov.com' };

function problems(change: Partial<AppUserProps>): string[] {
  return problemsOf((chart) => new AppUser(chart, 'user', { ...john, ...change }));
}

test('a person is an object in the namespace of the operator', () => {
  expect(yamlOf((chart) => new AppUser(chart, 'user', { ...john, username: 'jd', deletionPolicy: 'Delete' }))).toMatchInlineSnapshot(`
    "
    apiVersion: kapernikov.com/v1
    kind: AppUser
    metadata:
      annotations:
        platform.kapernikov.com/holds-data: the CVAT account of john
      name: john
      namespace: cvat
    spec:
      deletionPolicy: Delete
      emailAddress: john.doe@kapernikov.com
      firstName: John
      lastName: Doe
      username: jd
    ---
    apiVersion: v1
    kind: Namespace
    metadata:
      name: cvat
    "
  `);
});

test('has no namespace without one, and creates none', () => {
  const objects = objectsOf((chart) => new AppUser(chart, 'user', { ...john, namespace: undefined }));
  expect(objects.map(({ kind, metadata }) => [kind, metadata.namespace])).toEqual([['AppUser', undefined]]);
});

test.each<Partial<AppUserProps>>([
  {},
  { lastName: "O'Neill-Ünsal" },
  { emailAddress: "o'neill+cvat@mail.example.co.uk" },
  { username: 'j.doe@cvat+1' },
])('accepts %j', (change) => {
  expect(problems(change)).toEqual([]);
});

test.each(['john', 'john.doe@', '@example.com', 'john doe@example.com', 'john@example', 'john@-example.com', 'john@example.com\n'])(
  'refuses the e-mail address %j',
  (emailAddress) => {
    expect(problems({ emailAddress })).toEqual([
      `emailAddress: must be accepted by the CRD; got "${emailAddress}". emailAddress must be an e-mail address such as john.doe@example.com.`,
    ]);
  },
);

test.each(['john doe', '', 'jöhn', 'john/doe'])('refuses the username %j', (username) => {
  expect(problems({ username })).toEqual([
    `username: must be accepted by the CRD; got "${username}". username must consist of letters, digits and the characters @ . + - _.`,
  ]);
});

test('refuses a field that is empty or too long', () => {
  expect(problems({ lastName: '', firstName: 'x'.repeat(151) })).toEqual([
    'lastName: must have at least 1 character; got "". Set a value.',
    'firstName: must have at most 150 characters; got 151. Shorten it.',
  ]);
});

test.each([' Doe', 'Doe ', 'Doe\nDoe', 'D\toe'])('refuses the name %j, as the API server does', (lastName) => {
  expect(problems({ lastName })).toEqual([expect.stringContaining('lastName must not start or end with a blank')]);
});

test('refuses an object name that Kubernetes refuses, with a suggestion', () => {
  expect(problems({ name: 'John Doe' })).toEqual([
    'name: must be lower-case letters, digits, "-" and ".", with a letter or digit at both ends; got "John Doe". Did you mean "john-doe"?',
  ]);
});

test('accepts an object name that is longer than a username only where there is a username', () => {
  const name = 'j'.repeat(151);
  expect(problems({ name })).toEqual([`name: must have at most 150 characters; got 151: "${name}". Shorten it.`]);
  expect(problems({ name, username: 'john' })).toEqual([]);
});

test('refuses a namespace that Kubernetes refuses', () => {
  expect(problems({ namespace: 'My Namespace' })).toEqual([expect.stringContaining('got "My Namespace"')]);
});
