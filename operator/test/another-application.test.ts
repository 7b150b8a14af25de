import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCE = join(__dirname, '..', 'src');

test('only accounts/cvat and the line that chooses it name CVAT: another application is another folder', () => {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const others = files.filter((file) => !file.startsWith(join('accounts', 'cvat')) && file !== join('accounts', 'application.ts'));
  expect(others.length).toBeGreaterThan(30);
  const lines = others.flatMap((file) =>
    readFileSync(join(SOURCE, file), 'utf8')
      .split('\n')
      // A comment may give CVAT as an example.
      .filter((line) => /cvat/i.test(line.replace(/^\s*(\*|\/\/|\/\*\*).*/, '')))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(lines).toEqual([]);
});
