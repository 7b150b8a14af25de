import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Compiles constructs/ and what it imports into lib/, which is what `npm pack` puts into the package: JavaScript and its types.
 * lib/ is not committed: npm runs this before it packs, and removes the folder afterwards.
 */
const root = dirname(__dirname);
const lib = join(root, 'lib');
const compiler = join(dirname(require.resolve('typescript-7/package.json')), 'bin', 'tsc');

rmSync(lib, { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [compiler, '--project', join(root, 'tsconfig.lib.json')], { stdio: 'inherit' });
if (status !== 0) throw new Error('lib/ was not built: the type check failed.');

// The constructs import types only from imports/: its classes are never loaded.
for (const file of readdirSync(join(lib, 'imports'))) if (file.endsWith('.js')) rmSync(join(lib, 'imports', file));
copyFileSync(join(root, 'constructs', 'app-user', 'app-user.crd.yaml'), join(lib, 'constructs', 'app-user', 'app-user.crd.yaml'));

// The CRDs that constructs write.
const schemas = join('imports', 'schemas');
mkdirSync(join(lib, schemas), { recursive: true });
for (const file of readdirSync(join(root, schemas)).filter((name) => name.startsWith('postgres-operator.crunchydata.com_')))
  copyFileSync(join(root, schemas, file), join(lib, schemas, file));
