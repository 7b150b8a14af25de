/**
 * esbuild, which translates the program before it runs. When a package is not installed, or a source is not valid TypeScript, the process ends with
 * the lines that say so: a stack trace would name files of esbuild.
 */
const NOT_FOUND = /^Could not resolve "(?<name>[^"./][^"]*)"$/;

function withEsbuild(build) {
  try {
    return build(require('esbuild'));
  } catch (error) {
    const name = missingPackage(error);
    if (name === undefined && !error.errors) throw error;
    process.stderr.write(
      name === undefined
        ? error.errors.map((each) => `${placeOf(each)}${each.text}\n`).join('')
        : `node_modules/: must have the packages of package-lock.json; got none for "${name}". Run: npm ci\n`,
    );
    process.exit(1);
  }
}

/** The package that is not installed; undefined if the error has another reason. */
function missingPackage({ code, message, errors }) {
  if (code === 'MODULE_NOT_FOUND') return /'(.*)'/.exec(message)?.[1];
  // With --omit=optional, esbuild has no program.
  const program = /The package "(.*)" could not be found, and is needed by esbuild/.exec(message)?.[1];
  return program ?? errors?.map(({ text }) => NOT_FOUND.exec(text)?.groups.name).find((name) => name !== undefined);
}

function placeOf({ location }) {
  return location ? `${location.file}:${location.line}:${location.column + 1}: ` : '';
}

module.exports = {
  buildSync: (options) => withEsbuild(({ buildSync }) => buildSync({ ...options, logLevel: 'silent' })),
  transformSync: (text, options) => withEsbuild(({ transformSync }) => transformSync(text, options)),
};
