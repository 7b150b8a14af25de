/**
 * Runs a command of cluster/: `node scripts/cluster.js deploy`. esbuild bundles it into one file, because loading hundreds of files takes longer than
 * most commands. The bundle and V8's code cache of it are kept in node_modules/.cache until a source changes. If that folder is not writable,
 * for example in another user's checkout, every run bundles again.
 */
const { Buffer } = require('node:buffer');
const { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { basename, dirname, join, relative } = require('node:path');
const { Script } = require('node:vm');

const root = dirname(__dirname);
const kept = join(root, 'node_modules', '.cache', 'cluster.cjs');
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

/**
 * The kept bundle, in which esbuild has escaped what is not ASCII; undefined if there is none, it is damaged, or a source has changed. Its last line has
 * its id: without it the file is truncated, or of a concurrent run with other sources.
 */
function readKept() {
  try {
    const { files, print, id } = JSON.parse(readFileSync(`${kept}.json`, 'utf8'));
    if (fingerprint(files) !== print) return undefined;
    const text = readFileSync(kept, 'latin1');
    return text.endsWith(lastLine(id)) ? { text, id } : undefined;
  } catch {
    return undefined;
  }
}

const lastLine = (id) => `\n// ${id}\n`;

function bundle() {
  const { buildSync } = require('./esbuild');
  const entryPoints = [join(root, 'cluster', 'main.ts')];
  const start = Date.now();
  const { outputFiles, metafile } = buildSync({ ...options, absWorkingDir: root, entryPoints, write: false, metafile: true });
  const files = Object.keys(metafile.inputs).filter((file) => !file.startsWith('node_modules/'));
  const [{ contents }] = outputFiles;
  // Loaded only here. V8 itself compares no more than the length of a source with its code cache.
  const id = require('node:crypto').createHash('sha256').update(contents).digest('hex').slice(0, 16);
  const text = Buffer.from(contents).toString('latin1') + lastLine(id);
  removeCodeCaches();
  // The bundle may have the content from before.
  if (!isSavedSince(start, files)) {
    keep(kept, Buffer.from(text, 'latin1'));
    keep(`${kept}.json`, JSON.stringify({ files, print: fingerprint(files), id }));
  }
  return { text, id };
}

/** Whether a file was saved between a time and now. */
function isSavedSince(start, files) {
  const now = Date.now();
  return files.map((file) => statSync(join(root, file)).mtimeMs).some((time) => time >= start && time <= now);
}

/** Those of earlier bundles. */
function removeCodeCaches() {
  try {
    const names = readdirSync(dirname(kept)).filter((name) => name.startsWith(`${basename(kept)}.code-`));
    remove(names.map((name) => join(dirname(kept), name)));
  } catch {
    // There are none.
  }
}

function remove(files) {
  try {
    for (const file of files) rmSync(file, { force: true });
  } catch {
    // Not writable.
  }
}

/**
 * Writes by a rename, so that a concurrent run never reads half a file, and to the disk before that, so that a power failure leaves none: V8 does not
 * notice a code cache with zeros in it, and Node crashes. Process ids are not unique: containers can share the folder.
 */
function keep(file, content) {
  const part = `${kept}.code-part-${Math.random().toString(36).slice(2)}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(part, content, { flush: true });
    renameSync(part, file);
  } catch {
    // Not writable: the next run does the work again.
    remove([part]);
  }
}

function read(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

const { text, id } = readKept() ?? bundle();
/** Of a command, or of usage: only functions that have run are part of it, and help and wrong usage run next to nothing of a command. */
const codeCacheOf = (name) => `${kept}.code-${id}-${process.version}-${process.arch}-${name}`;
const command = codeCacheOf(/^[a-z]+$/.exec(process.argv[2] ?? '')?.[0] ?? 'none');
const usage = codeCacheOf('usage');
const isHelp = process.argv.some((word) => word === '--help' || word === '-h');
const ofCommand = isHelp ? undefined : read(command);
const cachedData = ofCommand ?? read(usage);
const script = new Script(Module.wrap(text), { filename: kept, ...(cachedData && { cachedData }) });
// V8 refuses a damaged cache, and one of another version.
const isUsed = cachedData !== undefined && !script.cachedDataRejected;
if (!isUsed || !ofCommand)
  process.once('exit', (code) => {
    const isUsage = isHelp || code === 2;
    if (!isUsed || !isUsage) keep(isUsage ? usage : command, script.createCachedData());
  });
script.runInThisContext()(module.exports, Module.createRequire(kept), module, kept, dirname(kept));
