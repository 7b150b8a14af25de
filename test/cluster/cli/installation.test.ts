import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installationOf, normalizeRemote } from '../../../cluster/cli/installation';

test.each([
  'git@github.com:acme/platform.git',
  'https://github.com/acme/platform',
  'https://x-access-token:secret@github.com/acme/platform.git/',
  'ssh://git@github.com:22/Acme/platform.git',
])('identifies the repository of %s by any protocol, without credentials', (url) => {
  expect(normalizeRemote(url)).toBe('github.com/acme/platform');
});

test('is undefined in a folder without a git remote', () => {
  expect(installationOf(mkdtempSync(join(tmpdir(), 'no-repository-')))).toBeUndefined();
});
