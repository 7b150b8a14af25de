/**
 * Runs a command of cluster/: `node scripts/cluster.js deploy`. It is made one file by esbuild, with all that it uses, because the Kubernetes client
 * alone takes more than a second to load out of its hundreds of files. The file is kept below node_modules until one of its sources changes.
 */
const { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require('node:fs');
const { dirname, join, relative } = require('node:path');

const root = dirname(__dirname);
const kept = join(root, 'node_modules', '.cache', 'cluster.cjs');
const options = { bundle: true, platform: 'node', target: 'node20', format: 'cjs', minifySyntax: true, keepNames: true };

/** Changes with any of these files, with these options and with esbuild. */
function fingerprint(files) {
  const { version } = require('esbuild/package.json');
  const states = [...files, relative(root, __filename)].map((file) => {
    const { mtimeMs, size } = statSync(join(root, file));
    return `${file} ${mtimeMs} ${size}`;
  });
  return [version, ...states].join('\n');
}

function isFresh() {
  try {
    const { files, print } = JSON.parse(readFileSync(`${kept}.json`, 'utf8'));
    return existsSync(kept) && fingerprint(files) === print;
  } catch {
    // Not kept yet, half of it, or a source is gone.
    return false;
  }
}

function bundle() {
  const { buildSync } = require('esbuild');
  const entryPoints = [join(root, 'cluster', 'main.ts')];
  const { outputFiles, metafile } = buildSync({ ...options, absWorkingDir: root, entryPoints, write: false, metafile: true });
  mkdirSync(dirname(kept), { recursive: true });
  const files = Object.keys(metafile.inputs);
  for (const [file, text] of [
    [kept, outputFiles[0].text],
    [`${kept}.json`, JSON.stringify({ files, print: fingerprint(files) })],
  ]) {
    writeFileSync(`${file}.${process.pid}`, text);
    renameSync(`${file}.${process.pid}`, file);
  }
}

if (!isFresh()) bundle();
require(kept);
