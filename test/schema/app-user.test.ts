import type { KubernetesObject } from './crd';
import { edit } from './edit';
import { appUserSchema } from './schemas';

const schema = appUserSchema();

const john: KubernetesObject = {
  apiVersion: 'kapernikov.com/v1',
  kind: 'AppUser',
  metadata: { name: 'john' },
  spec: { lastName: 'Doe', firstName: 'John', emailAddress: 'john.doe@kapernikov.com' },
};

const EMAIL = 'spec.emailAddress: emailAddress must be an e-mail address such as john.doe@example.com';
const CHANGED = 'spec: username cannot be added, changed or removed later, because the account keeps the name it was made with.';
const BLANKS =
  'must not start or end with a blank or an invisible character such as U+FEFF, nor contain a line break or another control character';

describe('An AppUser is accepted', () => {
  it.each<[string, string, unknown]>([
    ['as the tutorial has it', 'spec.firstName', 'John'],
    ['with every field of its spec', 'spec', { ...(john['spec'] as object), username: 'john.doe@x+y-z_1', deletionPolicy: 'Delete' }],
    ['with a name of many languages', 'spec.lastName', "Đoàn-O'Brien der Ältere 明 😀"],
    ['with a name of 150 characters that JavaScript counts as 300', 'spec.lastName', '😀'.repeat(150)],
    ['with an e-mail address of 254 characters', 'spec.emailAddress', `${'a'.repeat(242)}@example.com`],
    ['with a domain label of 63 characters', 'spec.emailAddress', `john@${'a'.repeat(63)}.${'b'.repeat(63)}`],
    ['with the status that an operator writes', 'status', { username: 'john', userId: 3, observedGeneration: 1 }],
  ])('%s', (_, path, value) => {
    expect(schema.findings(edit(john, path, value))).toEqual([]);
  });
});

describe('An AppUser is refused', () => {
  it.each<[string, string, unknown, string[]]>([
    ['without a spec', 'spec', undefined, ["(the object): must have required property 'spec'"]],
    ['without an e-mail address', 'spec.emailAddress', undefined, ["spec: must have required property 'emailAddress'"]],
    ['without a first name', 'spec.firstName', undefined, ["spec: must have required property 'firstName'"]],
    ['with an empty last name', 'spec.lastName', '', ['spec.lastName: must NOT have fewer than 1 characters']],
    ['with a misspelt field', 'spec.email', 'x', ['spec: unknown field "email"']],
    ['with two dots in an e-mail address', 'spec.emailAddress', 'john..doe@example.com', [EMAIL]],
    ['with a dot at the start of an e-mail address', 'spec.emailAddress', '.john@example.com', [EMAIL]],
    ['with a top-level domain of one letter', 'spec.emailAddress', 'john@example.c', [EMAIL]],
    ['with a domain label of 64 characters', 'spec.emailAddress', `john@${'a'.repeat(64)}.com`, [EMAIL]],
    ['with an e-mail address without @', 'spec.emailAddress', 'john.doe', [EMAIL]],
    ['with an empty e-mail address', 'spec.emailAddress', '', [EMAIL]],
    ['with an e-mail address and a line break', 'spec.emailAddress', 'john.doe@example.com\n', [EMAIL]],
    [
      'with an e-mail address of 300 characters',
      'spec.emailAddress',
      `${'a'.repeat(288)}@example.com`,
      ['spec.emailAddress: must NOT have more than 254 characters'],
    ],
    ['with a first name of 300 characters', 'spec.firstName', 'x'.repeat(300), ['spec.firstName: must NOT have more than 150 characters']],
    ['with a blank before the last name', 'spec.lastName', ' Doe', [`spec.lastName: lastName ${BLANKS}`]],
    ['with a blank of another script after the first name', 'spec.firstName', 'John\u3000', [`spec.firstName: firstName ${BLANKS}`]],
    ['with U+FEFF after the first name', 'spec.firstName', 'John\ufeff', [`spec.firstName: firstName ${BLANKS}`]],
    ['with U+200E before the last name', 'spec.lastName', '\u200eDoe', [`spec.lastName: lastName ${BLANKS}`]],
    ['with a line break in the first name', 'spec.firstName', 'John\nJim', [`spec.firstName: firstName ${BLANKS}`]],
    [
      'with a blank in the username',
      'spec.username',
      'john doe',
      ['spec.username: username must consist of letters, digits and the characters @ . + - _'],
    ],
    ['with an unknown deletion policy', 'spec.deletionPolicy', 'Keep', ['spec.deletionPolicy: must be one of ["Deactivate","Delete"]']],
    [
      'with a name of 151 characters, if that is the username',
      'metadata.name',
      'x'.repeat(151),
      ['(the object): metadata.name is the username unless spec.username is given, and a username has at most 150 characters'],
    ],
  ])('%s', (_, path, value, expected) => {
    expect(schema.findings(edit(john, path, value))).toEqual(expected);
  });
});

describe('An AppUser that exists', () => {
  const named = edit(john, 'spec.username', 'john.doe');

  it.each<[string, KubernetesObject, KubernetesObject]>([
    ['gets no username', john, named],
    ['gets no other username', named, edit(named, 'spec.username', 'jane.doe')],
    ['does not lose its username', named, john],
  ])('%s', (_, before, after) => {
    expect(schema.findings(after, before).join()).toContain(CHANGED);
  });

  it.each<[string, KubernetesObject, KubernetesObject]>([
    ['may stay as it is', named, named],
    ['gets another e-mail address', named, edit(named, 'spec.emailAddress', 'john@example.com')],
    ['gets another deletion policy', john, edit(john, 'spec.deletionPolicy', 'Delete')],
  ])('%s', (_, before, after) => {
    expect(schema.findings(after, before)).toEqual([]);
  });

  it('may have been created with any username', () => {
    expect(schema.findings(named)).toEqual([]);
  });
});
