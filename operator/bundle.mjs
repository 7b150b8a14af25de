/**
 * Makes the operator one file, which needs nothing but Node.js: `node bundle.mjs [file]`. The image holds this file and no node_modules.
 */
import { dirname, join, resolve } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = dirname(fileURLToPath(import.meta.url));

await build({
  absWorkingDir: folder,
  entryPoints: ['src/main.ts'],
  outfile: argv[2] === undefined ? join(folder, 'build', 'operator.cjs') : resolve(argv[2]),
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // Most of client-node is never called. Names are kept, so that stack traces and error names stay readable.
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: true,
  // At its end: it stays one file.
  legalComments: 'eof',
  logLevel: 'warning',
});
