import fc from 'fast-check';
import {
  type CredentialsContent,
  fromManifest,
  sameContent,
  secretNameOf,
  toManifest,
  withoutNulls,
} from '../../src/credentials/credentials';
import { randomPassword } from '../../src/credentials/password';
import { printableText } from '../../../test/properties';

const optional = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> => fc.option(value, { nil: undefined });

const content: fc.Arbitrary<CredentialsContent> = fc
  .record({
    url: fc.webUrl(),
    username: printableText({ minLength: 1 }),
    emailAddress: fc.emailAddress(),
    password: optional(fc.string({ minLength: 1 })),
    userId: optional(fc.nat()),
    appUserUid: fc.uuid(),
    passwordUnknown: optional(fc.constantFrom('Adopted' as const, 'SecretLost' as const)),
  })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as unknown as CredentialsContent);

test('a Secret says what was written into it', () => {
  fc.assert(
    fc.property(content, (written) => {
      const manifest = withoutNulls(toManifest('john-cvat', written));
      const read = fromManifest({ ...manifest, metadata: { ...manifest.metadata, resourceVersion: '3' } });
      expect(read).toEqual({ kind: 'ours', resourceVersion: '3', ...written });
      expect(read.kind === 'ours' && sameContent(read, written)).toBe(true);
    }),
    { seed: 1 },
  );
});

test('a merge patch removes the obsolete keys of a Secret', () => {
  const written = { url: 'u', username: 'n', emailAddress: 'e', appUserUid: 'i' };
  const manifest = toManifest('john-cvat', written);
  expect(manifest.data?.['password']).toBeNull();
  expect(manifest.metadata.annotations).toMatchObject({ 'kapernikov.com/account': null, 'kapernikov.com/password-unknown': null });
});

test('a Secret without our label is not ours, also with our name', () => {
  expect(fromManifest({ metadata: { name: 'john-cvat', resourceVersion: '3' }, data: { password: 'eA==' } })).toEqual({
    kind: 'foreign',
    resourceVersion: '3',
  });
});

test('a name that would be too long for Kubernetes is none', () => {
  expect(secretNameOf({ name: 'john' })).toBe('john-cvat');
  expect(secretNameOf({ name: 'n'.repeat(248) })).toHaveLength(253);
  expect(secretNameOf({ name: 'n'.repeat(249) })).toBeUndefined();
});

test('passwords have 32 characters that need no escape anywhere, and are never the same', () => {
  const passwords = Array.from({ length: 1000 }, randomPassword);
  for (const password of passwords) expect(password).toMatch(/^[A-Za-z0-9_-]{32}$/);
  expect(new Set(passwords).size).toBe(1000);
});
