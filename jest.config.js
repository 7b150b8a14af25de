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

/**
 * Only `deep` runs these: conformance of what the other tests use as a server, as a schema or as generated code, and tests of programs, which start
 * processes. Without them, `npm test` takes half the time.
 */
const onlyDeep = [
  '<rootDir>/operator/test/bundle.test.ts',
  '<rootDir>/operator/test/exchanges/',
  '<rootDir>/operator/test/stand-in/',
  '<rootDir>/test/bad-input-synth.test.ts',
  '<rootDir>/test/bad-input.test.ts',
  '<rootDir>/test/cluster/api/connection.test.ts',
  '<rootDir>/test/program.test.ts',
  '<rootDir>/test/schema/deliveries.test.ts',
  '<rootDir>/test/schema/fetch-crds.test.ts',
  '<rootDir>/test/schema/git-ops.test.ts',
  '<rootDir>/test/schema/import.test.ts',
  '<rootDir>/test/schema/negative.test.ts',
  '<rootDir>/test/schema/stored-schemas.test.ts',
  '<rootDir>/test/schema/synthesis-findings.test.ts',
  '<rootDir>/test/scripts/check-types.test.ts',
  '<rootDir>/test/scripts/cluster.test.ts',
  '<rootDir>/test/scripts/library.test.ts',
  '<rootDir>/test/scripts/packages.test.ts',
  '<rootDir>/test/scripts/review.test.ts',
  '<rootDir>/test/scripts/synth.test.ts',
];

/** `deep` runs these again, with all examples: `runs` in test/properties.ts. */
const properties = [
  '<rootDir>/operator/test/accounts/secrets.test.ts',
  '<rootDir>/operator/test/credentials/credentials.test.ts',
  '<rootDir>/operator/test/model/model.test.ts',
  '<rootDir>/test/cluster/model/*.test.ts',
  '<rootDir>/test/checks/dist.test.ts',
  '<rootDir>/test/manifests/parse-yaml.test.ts',
  '<rootDir>/test/cluster/cli/duration.test.ts',
  '<rootDir>/test/cluster/cli/options.test.ts',
  '<rootDir>/test/cluster/diff/masked.test.ts',
  '<rootDir>/test/cluster/helm/release-secret.test.ts',
  '<rootDir>/test/cluster/objects/managed-fields.test.ts',
  '<rootDir>/test/constructs/helm/resource-name.test.ts',
  '<rootDir>/test/manifests/merge.test.ts',
  '<rootDir>/test/constructs/syntax/*.test.ts',
  '<rootDir>/test/manifests/contract.test.ts',
  '<rootDir>/test/manifests/difference/field-changes.test.ts',
  '<rootDir>/test/manifests/helm-release.test.ts',
  '<rootDir>/test/manifests/schema/crd-change.test.ts',
  '<rootDir>/test/review/review.test.ts',
  '<rootDir>/test/schema/app-user-email.test.ts',
];

/** @type {import('jest').Config} */
module.exports = {
  // For tests that hang. How long a test takes on a busy machine says nothing about what it tests.
  testTimeout: 300_000,
  maxWorkers: '100%',
  projects: [
    {
      ...common,
      displayName: 'unit',
      globalSetup: fixtures,
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: [
        '/node_modules/',
        ...['cluster', 'deep', 'e2e', 'schema'].map((folder) => `<rootDir>/test/${folder}/`),
        ...onlyDeep,
      ],
    },
    {
      ...common,
      displayName: 'cluster',
      globalSetup: fixtures,
      testMatch: ['<rootDir>/test/cluster/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...onlyDeep],
    },
    {
      ...common,
      displayName: 'schema',
      globalSetup: '<rootDir>/test/schema/setup.ts',
      testMatch: ['<rootDir>/test/schema/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...onlyDeep],
    },
    {
      ...common,
      displayName: 'operator',
      testMatch: ['<rootDir>/operator/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...onlyDeep],
    },
    {
      ...common,
      displayName: 'deep',
      globals: { deep: true },
      globalSetup: fixtures,
      testMatch: [
        '<rootDir>/test/deep/**/*.test.ts',
        ...properties,
        ...onlyDeep.map((path) => (path.endsWith('/') ? `${path}**/*.test.ts` : path)),
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
