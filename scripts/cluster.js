/**
 * Runs a command of cluster/: `node scripts/cluster.js deploy`. esbuild bundles it into one file, because loading hundreds of files takes longer than
 * most commands. The bundle and V8's code cache of it are kept in node_modules/.cache until a source changes. If that folder is not writable,
 * for example in another user's checkout, every run bundles again.
 */
const { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join, relative } = require('node:path');
const { Script } = require('node:vm');

const root = dirname(__dirname);
const kept = join(root, 'node_modules', '.cache', 'cluster.cjs');
/** Of each command: only functions that have run are part of it. */
const command = /^[a-z]+$/.exec(process.argv[2] ?? '')?.[0] ?? 'none';
const codeCache = `${kept}.${process.version}-${process.arch}-${command}`;
const options = { bundle: true, platform: 'node', target: 'node20', format: 'cjs', charset: 'ascii', minifySyntax: true };

/** npm writes it with every installation: dependencies change with it. */
const INSTALLED = join('node_modules', '.package-lock.json');

/** Changes with any of these files, and with the installed packages. */
function fingerprint(files) {
  const state = (file) => {
    const stats = statSync(join(root, file), { throwIfNoEntry: file !== INSTALLED });
    return `${file} ${stats?.mtimeMs} ${stats?.size}`;
  };
  return [...files, relative(root, __filename), INSTALLED].map(state).join('\n');
}

/** The kept bundle, in which esbuild has escaped what is not ASCII; undefined if there is none, it is damaged, or a source has changed. */
function readKept() {
  try {
    const { files, print } = JSON.parse(readFileSync(`${kept}.json`, 'utf8'));
    return fingerprint(files) === print ? readFileSync(kept, 'latin1') : undefined;
  } catch {
    return undefined;
  }
}

function bundle() {
  const { buildSync } = require('./esbuild');
  const entryPoints = [join(root, 'cluster', 'main.ts')];
  const { outputFiles, metafile } = buildSync({ ...options, absWorkingDir: root, entryPoints, write: false, metafile: true });
  const files = Object.keys(metafile.inputs).filter((file) => !file.startsWith('node_modules/'));
  const { text } = outputFiles[0];
  keep(kept, text);
  keep(`${kept}.json`, JSON.stringify({ files, print: fingerprint(files) }));
  return text;
}

/** Writes by a rename, so that a concurrent run never reads half a file. */
function keep(file, content) {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.${process.pid}`, content);
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    // Not writable: the next run does the work again.
  }
}

function readCodeCache() {
  try {
    return readFileSync(codeCache);
  } catch {
    return undefined;
  }
}

const source = Module.wrap(readKept() ?? bundle());
const cachedData = readCodeCache();
const script = new Script(source, { filename: kept, ...(cachedData && { cachedData }) });
// V8 refuses the cache of another source or version. Help and wrong usage, which ends with code 2, run next to nothing of a command.
const isHelp = process.argv.some((word) => word === '--help' || word === '-h');
const isKept = cachedData && !script.cachedDataRejected;
if (!isKept && !isHelp) process.once('exit', (code) => code !== 2 && keep(codeCache, script.createCachedData()));
script.runInThisContext()(module.exports, Module.createRequire(kept), module, kept, dirname(kept));
