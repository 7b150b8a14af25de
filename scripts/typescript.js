/**
 * Lets Node run this project's TypeScript: `node --require ./scripts/typescript.js main.ts`.
 *
 * All files are translated by one run of esbuild, without a look at their types, and the result is kept below node_modules until a file
 * changes. Loaders that translate file by file also read what comes out of node_modules, a megabyte of it in cdk8s-plus-27 alone
 * (docs/performance.md). Stack traces name the lines of the TypeScript when NODE_OPTIONS=--enable-source-maps is set.
 */
const { mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } = require('node:fs');
const { dirname, extname, join } = require('node:path');

const root = dirname(__dirname);
const kept = join(root, 'node_modules', '.cache', 'translated.json');
const options = { format: 'cjs', target: 'node20', sourcemap: 'inline', sourcesContent: false };

/** The program itself. Anything else, such as the large imports/, is translated when it is asked for. */
const program = ['environments', 'constructs', 'manifests', 'checks', 'review', 'scripts']
  .flatMap((folder) => filesBelow(join(root, folder)))
  .concat(join(root, 'main.ts'), join(root, 'synthesis.ts'));

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : extname(path) === '.ts' ? [path] : [];
  });
}

/** Changes with any file, with these options and with the installed packages, one of which is esbuild. */
function fingerprint() {
  const files = [...program, __filename, join(root, 'node_modules', '.package-lock.json')].map((path) => [
    path,
    statSync(path, { throwIfNoEntry: false }),
  ]);
  return files.map(([path, stats]) => `${path} ${stats?.mtimeMs} ${stats?.size}`).join('\n');
}

function translate() {
  const { buildSync } = require('./esbuild');
  const { outputFiles } = buildSync({ ...options, entryPoints: program, outbase: root, outdir: root, write: false });
  return Object.fromEntries(outputFiles.map(({ path, text }) => [`${path.slice(0, -extname(path).length)}.ts`, text]));
}

function load() {
  const key = fingerprint();
  try {
    const { key: oldKey, code } = JSON.parse(readFileSync(kept, 'utf8'));
    if (oldKey === key) return code;
  } catch {
    // Not in the cache, or incomplete: translate it.
  }
  const code = translate();
  try {
    mkdirSync(dirname(kept), { recursive: true });
    writeFileSync(`${kept}.${process.pid}`, JSON.stringify({ key, code }));
    renameSync(`${kept}.${process.pid}`, kept);
  } catch {
    // Where nothing can be kept, the next run translates again.
  }
  return code;
}

const translated = load();

require.extensions['.ts'] = (module, file) => {
  const code =
    translated[file] ?? require('./esbuild').transformSync(readFileSync(file, 'utf8'), { ...options, loader: 'ts', sourcefile: file }).code;
  module._compile(code, file);
};
