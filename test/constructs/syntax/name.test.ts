import fc from 'fast-check';
import type { Finding } from '../../../manifests/finding';
import { hostName, label, objectName, serviceLabel } from '../../../constructs/syntax/name';
import { holds, suggestionsOf } from '../../properties';

const realLabel = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
const realHost = fc
  .array(realLabel, { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join('.'))
  .filter((host) => !/^[0-9.]+$/.test(host));

const kinds: [string, (value: string) => Finding | undefined][] = [
  ['a label', label],
  ["a Service's name", serviceLabel],
  ["an object's name", objectName],
  ['a host', hostName],
];

test('every label of RFC 1123 is a label and an object name', () => {
  holds(fc.property(realLabel, (name) => expect([label(name), objectName(name)]).toEqual([undefined, undefined])));
});

test("a Service's name is a label that starts with a letter", () => {
  holds(fc.property(realLabel, (name) => expect(serviceLabel(name) === undefined).toBe(/^[a-z]/.test(name))));
});

test('labels with dots between them are a host and an object name', () => {
  holds(fc.property(realHost, (host) => expect([hostName(host), objectName(host)]).toEqual([undefined, undefined])));
});

test.each([
  ['My_User', 'my-user'],
  ['My User', 'my-user'],
  ['-name-', 'name'],
  ['Jürgen', 'j-rgen'],
])('refuses the label %j, and suggests one that is valid', (value, better) => {
  expect(label(value)).toEqual({
    message: `must be lower-case letters, digits and "-", with a letter or digit at both ends; got "${value}".`,
    remedy: `Did you mean "${better}"?`,
  });
});

test('refuses the name of a Service that starts with a digit, and suggests none that does', () => {
  expect(serviceLabel('1st')).toEqual({
    message: 'must be lower-case letters, digits and "-", with a letter at the start and a letter or digit at the end; got "1st".',
    remedy: 'Use another name.',
  });
});

test.each(['', '---', 'a\n', '_'])('refuses %j as any name', (value) => {
  for (const check of [label, serviceLabel, objectName])
    expect(check(value)?.message).toMatch(/^must be lower-case letters, [^]*; got "[^]*"\.$/);
});

test('refuses a name that is too long, with the limit and the length', () => {
  expect(label('a'.repeat(64))).toEqual({
    message: `must have at most 63 characters; got 64: "${'a'.repeat(64)}".`,
    remedy: 'Shorten it.',
  });
  expect(label('a'.repeat(51), 50)?.message).toContain('at most 50 characters; got 51');
  expect(objectName('a'.repeat(253))).toBeUndefined();
  expect(objectName('a'.repeat(254))?.message).toContain('at most 253 characters');
});

test.each([
  ['cvat kube public', 'cvat-kube-public'],
  ['https://cvat.example.com', 'cvat.example.com'],
  ['cvat.example.com:8080', 'cvat.example.com'],
  ['http://CVAT.example.com/login', 'cvat.example.com'],
  [' cvat.local ', 'cvat.local'],
  ['cvat_test.local', undefined],
  ['.', undefined],
  ['', undefined],
])('refuses the host %j', (value, better) => {
  const hint = better === undefined ? '' : ` Did you mean "${better}"?`;
  expect(hostName(value)).toEqual({
    message: `must be a host name, without scheme, port, path or spaces; got "${value}".`,
    remedy: `Write it as "cvat.example.com".${hint}`,
  });
});

test('refuses an IP address, as the API server does in an Ingress', () => {
  expect(hostName('192.168.1.10')?.message).toContain('must be a host name');
  expect(hostName('10.example.com')).toBeUndefined();
});

test('a part of a host has at most 63 characters, and the host 253', () => {
  expect(hostName(`${'a'.repeat(63)}.local`)).toBeUndefined();
  expect(hostName(`${'a'.repeat(64)}.local`)).toBeDefined();
  expect(hostName('a.'.repeat(126) + 'a')).toBeUndefined();
  expect(hostName('a.'.repeat(127) + 'a')).toBeDefined();
  expect(suggestionsOf(hostName(`https://${'a'.repeat(64)}.local`))).toEqual([]);
});

test.each(kinds)('suggests only what is valid for %s', (_, check) => {
  const part = fc.oneof(
    fc.string({ maxLength: 12 }),
    realLabel,
    realLabel.map((text) => text.toUpperCase()),
    fc.constantFrom('https://', ':80', '/', ' ', '_', '.'),
  );
  holds(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
      for (const suggestion of suggestionsOf(check(parts.join(''))))
        expect([suggestion, check(suggestion)]).toEqual([suggestion, undefined]);
    }),
  );
});
