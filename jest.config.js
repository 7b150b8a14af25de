const typescript = ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }];

/** ES modules, and what they import. Jest loads CommonJS, so they are translated like our own files. */
const esModules = '@marcbachmann/cel-js|environment|get-east-asian-width|log-update|mimic-function|p-map';

const common = {
  rootDir: __dirname,
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': typescript, [`/node_modules/(?:${esModules})/.+\\.js$`]: typescript },
  // The first node_modules of the path counts: these packages have further ones below them.
  transformIgnorePatterns: [`^(?:(?!/node_modules/).)*/node_modules/(?!(?:${esModules})/)`],
};

const fixtures = '<rootDir>/test/fixtures/setup.ts';

/** Only `deep` runs these: conformance of what the other tests use as a server or as generated code. */
const conformance = ['<rootDir>/operator/test/stand-in/', '<rootDir>/operator/test/exchanges/', '<rootDir>/test/schema/import.test.ts'];

/** `deep` runs these again, with more examples: `runs` in test/properties.ts. */
const properties = [
  '<rootDir>/operator/test/accounts/secrets.test.ts',
  '<rootDir>/operator/test/model/model.test.ts',
  '<rootDir>/test/cluster/model/model.test.ts',
  '<rootDir>/test/cluster/model/postgres.test.ts',
  '<rootDir>/test/checks/dist.test.ts',
  '<rootDir>/test/cluster/cli/options.test.ts',
  '<rootDir>/test/cluster/diff/masked.test.ts',
  '<rootDir>/test/cluster/helm/release-secret.test.ts',
  '<rootDir>/test/cluster/objects/managed-fields.test.ts',
  '<rootDir>/test/constructs/merge.test.ts',
  '<rootDir>/test/constructs/syntax/*.test.ts',
  '<rootDir>/test/manifests/contract.test.ts',
  '<rootDir>/test/manifests/difference/field-changes.test.ts',
  '<rootDir>/test/review/review.test.ts',
  '<rootDir>/test/schema/app-user-email.test.ts',
];

/** @type {import('jest').Config} */
module.exports = {
  // For tests that hang. How long a test takes on a busy machine says nothing about what it tests.
  testTimeout: 60_000,
  maxWorkers: '100%',
  projects: [
    {
      ...common,
      displayName: 'unit',
      globalSetup: fixtures,
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...['cluster', 'deep', 'e2e', 'schema'].map((folder) => `<rootDir>/test/${folder}/`)],
    },
    {
      ...common,
      displayName: 'cluster',
      globalSetup: fixtures,
      testMatch: ['<rootDir>/test/cluster/**/*.test.ts'],
    },
    {
      ...common,
      displayName: 'schema',
      globalSetup: '<rootDir>/test/schema/setup.ts',
      testMatch: ['<rootDir>/test/schema/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...conformance],
    },
    {
      ...common,
      displayName: 'operator',
      testMatch: ['<rootDir>/operator/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...conformance],
    },
    {
      ...common,
      displayName: 'deep',
      globals: { deep: true },
      globalSetup: fixtures,
      testMatch: [
        '<rootDir>/test/deep/**/*.test.ts',
        ...properties,
        ...conformance.map((path) => (path.endsWith('/') ? `${path}**/*.test.ts` : path)),
      ],
    },
    {
      ...common,
      displayName: 'e2e',
      globalSetup: fixtures,
      testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
      setupFilesAfterEnv: ['<rootDir>/test/e2e/setup.ts'],
    },
  ],
};
