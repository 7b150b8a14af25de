import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, readConfiguration } from '../../src/runtime/configuration';

const LEAST = { POD_NAMESPACE: 'people', CVAT_URL: 'http://cvat:8080', CVAT_ROBOT_SECRET: 'cvat-robot' };

function problemsOf(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  try {
    readConfiguration(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

test('requires three variables and has defaults for the rest', () => {
  expect(readConfiguration({ ...LEAST, POD_NAME: 'pod-1' })).toEqual({
    ...{ namespace: 'people', applicationUrl: 'http://cvat:8080', loginSecret: 'cvat-robot', publicUrl: 'http://cvat:8080' },
    ...{ applicationService: undefined, goneAfterSeconds: 30, generatedSecrets: [], deploymentName: undefined },
    ...{ podName: 'pod-1', leaseName: 'app-user-operator', resyncSeconds: 600, watchSilenceSeconds: 150 },
    ...{ concurrency: 4, port: 8080, logLevel: 'info' },
  });
});

test('reads every variable', () => {
  const secrets = [{ name: 'cvat-redis', random: ['password'], values: { username: 'x' } }];
  const configuration = readConfiguration({
    ...LEAST,
    ...{ PUBLIC_URL: 'https://cvat.example.com', CVAT_SERVICE: 'cvat-backend-service', CVAT_GONE_AFTER_SECONDS: '0' },
    ...{ GENERATED_SECRETS: JSON.stringify(secrets), DEPLOYMENT_NAME: 'operator', LEASE_NAME: 'l', RESYNC_SECONDS: '60' },
    ...{ WATCH_SILENCE_SECONDS: '90', CONCURRENCY: '1', PORT: '0', LOG_LEVEL: 'debug', POD_NAME: 'p' },
  });
  expect(configuration).toMatchObject({
    ...{
      publicUrl: 'https://cvat.example.com',
      applicationService: 'cvat-backend-service',
      goneAfterSeconds: 0,
      generatedSecrets: secrets,
    },
    ...{
      deploymentName: 'operator',
      leaseName: 'l',
      resyncSeconds: 60,
      watchSilenceSeconds: 90,
      concurrency: 1,
      port: 0,
      logLevel: 'debug',
    },
  });
});

test('reports every invalid variable at once, each with its valid values', () => {
  const wrong = {
    CVAT_URL: 'cvat',
    PUBLIC_URL: 'ftp://x',
    CVAT_ROBOT_SECRET: 'Robot!',
    PORT: '-1',
    RESYNC_SECONDS: '1.5',
    LOG_LEVEL: 'loud',
  };
  expect(problemsOf({ ...wrong, GENERATED_SECRETS: '[{"name": "x"}]' })).toEqual([
    'CVAT_URL: must be an http or https URL such as http://app.example.com; got "cvat".',
    'POD_NAMESPACE: required.',
    'CVAT_ROBOT_SECRET: must be a Kubernetes object name; got "Robot!".',
    'PUBLIC_URL: must be an http or https URL such as http://app.example.com; got "ftp://x".',
    'GENERATED_SECRETS: must be a JSON list of Secrets such as [{"name": "cache", "random": ["password"]}].',
    'RESYNC_SECONDS: must be an integer from 1 to 1000000; got "1.5".',
    'PORT: must be an integer from 0 to 65535; got "-1".',
    'LOG_LEVEL: must be one of trace, debug, info, warn, error, fatal, silent; got "loud".',
  ]);
});

test.each([
  'no JSON',
  '{}',
  '[1]',
  '[{"name":"a","random":[]}]',
  '[{"name":"a","random":["b c"]}]',
  '[{"name":"a","random":["b"],"values":{"c":1}}]',
])('refuses GENERATED_SECRETS=%s', (text) => {
  expect(problemsOf({ ...LEAST, GENERATED_SECRETS: text })).toHaveLength(1);
});

test('documents exactly the variables that it reads', () => {
  const source = readFileSync(join(__dirname, '..', '..', 'src', 'runtime', 'configuration.ts'), 'utf8');
  const documented = [...source.matchAll(/^ \* {5}([A-Z_]+) /gm)].map(([, name]) => name);
  const own = [...source.matchAll(/reader\.\w+\('([A-Z_]+)'/g)].map(([, name]) => name);
  const read = [...own, ...[...source.matchAll(/reader\.\w+\(variable\('([A-Z_]+)'/g)].map(([, name]) => `APP_${name}`)];
  expect(documented.sort()).toEqual([...new Set(read)].sort());
});
