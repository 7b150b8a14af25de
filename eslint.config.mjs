import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** A manifest's way goes one way: what a folder may not import, and why. */
const oneWay = (folders, forbidden, reason) => ({
  files: folders.map((folder) => `${folder}/**/*.ts`),
  rules: {
    'no-restricted-imports': ['error', { patterns: [{ regex: `^(\\.\\./)+(${forbidden.join('|')})(/|$)`, message: reason }] }],
  },
});

export default tseslint.config(
  { ignores: ['node_modules/', 'imports/', 'dist/', 'lib/', 'coverage/', '.dist-*/'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true }],
    },
  },
  oneWay(
    ['manifests'],
    ['environments', 'constructs', 'checks', 'review', 'cluster', 'operator', 'main', 'synthesis', 'scripts', 'test', 'imports'],
    'manifests/ is what everything else may know of an object: it knows none of them',
  ),
  oneWay(
    ['constructs'],
    ['environments', 'checks', 'review', 'cluster', 'operator', 'main', 'synthesis', 'scripts', 'test'],
    'environments import constructs, never the reverse',
  ),
  oneWay(
    ['environments'],
    ['manifests', 'checks', 'review', 'cluster', 'operator', 'main', 'synthesis', 'scripts', 'test', 'imports'],
    'an environment is data: it imports constructs only',
  ),
  oneWay(
    ['operator'],
    ['environments', 'manifests', 'checks', 'review', 'cluster', 'main', 'synthesis', 'scripts', 'constructs'],
    'the operator shares only the AppUser schema with the rest',
  ),
  oneWay(
    ['checks'],
    ['environments', 'constructs', 'review', 'cluster', 'operator', 'main', 'synthesis', 'scripts', 'test', 'imports'],
    'checks read objects: they know manifests/ and no construct',
  ),
  oneWay(
    ['review'],
    ['environments', 'constructs', 'checks', 'cluster', 'operator', 'main', 'synthesis', 'scripts', 'test', 'imports'],
    'review compares what is in dist: it knows manifests/ and no construct',
  ),
  oneWay(
    ['cluster'],
    ['environments', 'constructs', 'checks', 'review', 'operator', 'main', 'synthesis', 'scripts', 'test', 'imports'],
    'cluster reads objects: it knows manifests/ and no construct',
  ),
  {
    files: ['**/*.js'],
    languageOptions: {
      globals: { module: 'writable', require: 'readonly', __dirname: 'readonly', __filename: 'readonly', process: 'readonly' },
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
);
