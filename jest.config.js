const typescript = ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }];

const common = {
  rootDir: __dirname,
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': typescript },
};

/** @type {import('jest').Config} */
module.exports = {
  // For what hangs: how long a test takes on a busy machine says nothing about what it tests.
  testTimeout: 60_000,
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/e2e/', '<rootDir>/test/schema/', '<rootDir>/test/cluster/'],
    },
    {
      ...common,
      displayName: 'cluster',
      testMatch: ['<rootDir>/test/cluster/**/*.test.ts'],
      // log-update and p-map are ES modules, and so is what they use.
      transform: { '^.+\\.[jt]s$': typescript },
      transformIgnorePatterns: ['<rootDir>/node_modules/(?!(?:log-update|p-map|get-east-asian-width|environment|mimic-function)/)'],
    },
    {
      ...common,
      displayName: 'schema',
      testMatch: ['<rootDir>/test/schema/**/*.test.ts'],
      globalSetup: '<rootDir>/test/schema/setup.ts',
      // cel-js is an ES module, which a CommonJS test cannot load: it is translated like our own files.
      transform: { '^.+\\.[jt]s$': typescript },
      transformIgnorePatterns: ['/node_modules/(?!@marcbachmann/cel-js/)'],
    },
    {
      ...common,
      displayName: 'operator',
      testMatch: ['<rootDir>/operator/test/**/*.test.ts'],
    },
    {
      ...common,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
      setupFilesAfterEnv: ['<rootDir>/test/e2e/setup.ts'],
    },
  ],
};
