/**
 * Lets Node run this project's TypeScript: `node --require ./scripts/typescript.js main.ts`.
 *
 * All files are translated by one run of esbuild, in memory, without a look at their types. Loaders that translate file by file also read
 * what comes out of node_modules, a megabyte of it in cdk8s-plus-27 alone: tsx takes half as long again for the whole synthesis
 * (docs/performance.md). Stack traces name the lines of the TypeScript when NODE_OPTIONS=--enable-source-maps is set.
 */
const { readFileSync } = require('node:fs');
const { dirname, extname, join } = require('node:path');
const { buildSync, transformSync } = require('esbuild');

const root = dirname(__dirname);
const options = { format: 'cjs', target: 'node20', sourcemap: 'inline', sourcesContent: false };

/** The program itself. Anything else, such as the large imports/, is translated when it is asked for. */
const program = ['main.ts', 'environments/**/*.ts', 'constructs/**/*.ts', 'checks/**/*.ts', 'scripts/**/*.ts'];

const { outputFiles } = buildSync({ ...options, absWorkingDir: root, entryPoints: program, outbase: root, outdir: root, write: false });
const translated = new Map(outputFiles.map(({ path, text }) => [path.slice(0, -extname(path).length) + '.ts', text]));

require.extensions['.ts'] = (module, file) => {
  const code =
    translated.get(file) ?? transformSync(readFileSync(file, 'utf8'), { ...options, loader: 'ts', sourcefile: join(root, file) }).code;
  module._compile(code, file);
};
