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

test('without a namespace the object goes where kubectl points, and nothing is created for it', () => {
  const objects = objectsOf((chart) => new AppUser(chart, 'user', { ...john, namespace: undefined }));
  expect(objects.map(({ kind, metadata }) => [kind, metadata.namespace])).toEqual([['AppUser', undefined]]);
});

test.each<Partial<AppUserProps>>([
  {},
  { lastName: "O'Neill-Ünsal" },
  { emailAddress: "o'neill+cvat@mail.example.co.uk" },
  { username: 'j.doe@cvat+1' },
])('a person can be %j', (change) => {
  expect(problems(change)).toEqual([]);
});

test.each(['john', 'john.doe@', '@example.com', 'john doe@example.com', 'john@example', 'john@-example.com', 'john@example.com\n'])(
  '%j is no e-mail address',
  (emailAddress) => {
    expect(problems({ emailAddress })).toEqual([
      `emailAddress: "${emailAddress}" is refused. emailAddress must be an e-mail address such as john.doe@example.com.`,
    ]);
  },
);

test.each(['john doe', '', 'jöhn', 'john/doe'])('%j is no username', (username) => {
  expect(problems({ username })).toEqual([
    `username: "${username}" is refused. username must consist of letters, digits and the characters @ . + - _.`,
  ]);
});

test('what is empty or too long is a problem', () => {
  expect(problems({ lastName: '', firstName: 'x'.repeat(151) })).toEqual([
    'lastName: It is empty. Write at least 1 character.',
    'firstName: It has 151 characters. Use at most 150.',
  ]);
});

test.each([' Doe', 'Doe ', 'Doe\nDoe', 'D\toe'])(
  'the API server would refuse the name %j, so that it is a problem at synth',
  (lastName) => {
    expect(problems({ lastName })).toEqual([expect.stringContaining('lastName must not start or end with a blank')]);
  },
);

test('the name of the object is a name that Kubernetes takes', () => {
  expect(problems({ name: 'John Doe' })).toEqual([
    'name: "John Doe" is not a valid name. Use lower-case letters, digits, "-" and ".", with a letter or digit at both ends. Did you mean "john-doe"?',
  ]);
});

test('the name of the object may be longer than a username only where there is a username', () => {
  const name = 'j'.repeat(151);
  expect(problems({ name })).toEqual([`name: "${name}" has 151 characters. Use at most 150.`]);
  expect(problems({ name, username: 'john' })).toEqual([]);
});

test('a namespace that Kubernetes refuses is a problem', () => {
  expect(problems({ namespace: 'My Namespace' })).toEqual([expect.stringContaining('"My Namespace" is not a valid name.')]);
});
