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

test('three variables are enough', () => {
  expect(readConfiguration({ ...LEAST, POD_NAME: 'pod-1' })).toEqual({
    ...{ namespace: 'people', cvatUrl: 'http://cvat:8080', loginSecret: 'cvat-robot', publicUrl: 'http://cvat:8080' },
    ...{ cvatService: undefined, goneAfterSeconds: 30, generatedSecrets: [], deploymentName: undefined },
    ...{ podName: 'pod-1', leaseName: 'app-user-operator', resyncSeconds: 600, watchSilenceSeconds: 150 },
    ...{ concurrency: 4, port: 8080, logLevel: 'info' },
  });
});

test('everything can be said', () => {
  const secrets = [{ name: 'cvat-redis', random: ['password'], values: { username: 'x' } }];
  const configuration = readConfiguration({
    ...LEAST,
    ...{ PUBLIC_URL: 'https://cvat.example.com', CVAT_SERVICE: 'cvat-backend-service', CVAT_GONE_AFTER_SECONDS: '0' },
    ...{ GENERATED_SECRETS: JSON.stringify(secrets), DEPLOYMENT_NAME: 'operator', LEASE_NAME: 'l', RESYNC_SECONDS: '60' },
    ...{ WATCH_SILENCE_SECONDS: '90', CONCURRENCY: '1', PORT: '0', LOG_LEVEL: 'debug', POD_NAME: 'p' },
  });
  expect(configuration).toMatchObject({
    ...{ publicUrl: 'https://cvat.example.com', cvatService: 'cvat-backend-service', goneAfterSeconds: 0, generatedSecrets: secrets },
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

test('all that is wrong is said at once, each with what to write', () => {
  const wrong = {
    CVAT_URL: 'cvat',
    PUBLIC_URL: 'ftp://x',
    CVAT_ROBOT_SECRET: 'Robot!',
    PORT: '-1',
    RESYNC_SECONDS: '1.5',
    LOG_LEVEL: 'loud',
  };
  expect(problemsOf({ ...wrong, GENERATED_SECRETS: '[{"name": "x"}]' })).toEqual([
    'CVAT_URL is "cvat". Write a URL such as http://cvat.example.com',
    'POD_NAMESPACE is not set, and is needed.',
    'CVAT_ROBOT_SECRET is "Robot!", which is no name of a Kubernetes object.',
    'PUBLIC_URL is "ftp://x". Write a URL such as http://cvat.example.com',
    'GENERATED_SECRETS is not a list of Secrets. Write JSON such as [{"name": "cvat-redis", "random": ["password"]}]',
    'RESYNC_SECONDS is "1.5". Write a whole number from 1 to 1000000.',
    'PORT is "-1". Write a whole number from 0 to 65535.',
    'LOG_LEVEL is "loud". Write one of trace, debug, info, warn, error, fatal, silent.',
  ]);
});

test.each([
  'no JSON',
  '{}',
  '[1]',
  '[{"name":"a","random":[]}]',
  '[{"name":"a","random":["b c"]}]',
  '[{"name":"a","random":["b"],"values":{"c":1}}]',
])('%s is no list of Secrets', (text) => {
  expect(problemsOf({ ...LEAST, GENERATED_SECRETS: text })).toHaveLength(1);
});

test('every variable that is read is documented, and every documented one is read', () => {
  const source = readFileSync(join(__dirname, '..', '..', 'src', 'runtime', 'configuration.ts'), 'utf8');
  const documented = [...source.matchAll(/^ \* {5}([A-Z_]+) /gm)].map(([, name]) => name);
  const read = [...source.matchAll(/reader\.\w+\('([A-Z_]+)'/g)].map(([, name]) => name);
  expect(documented.sort()).toEqual([...new Set(read)].sort());
});
