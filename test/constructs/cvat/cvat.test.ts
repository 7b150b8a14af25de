import { parse } from 'yaml';
import { formatReference } from '../../../manifests/reference';
import { contractOf } from '../../../manifests/contract';
import { Cvat, type CvatProps } from '../../../constructs/cvat/cvat';
import { ingress } from '../../../constructs/cvat/exposure';
import type { Values } from '../../../manifests/merge';
import { databaseUser } from '../../../constructs/postgres/database-user';
import { objectsOf, objectsOfKind, problemsOf } from '../../support';

const props: CvatProps = {
  namespace: 'annotation',
  version: '2.73.0',
  host: 'cvat.example.com',
  exposure: ingress({ className: 'traefik' }),
  storage: { data: { size: '10Gi' }, cache: { size: '5Gi' } },
  database: databaseUser({ name: 'my-postgres', namespace: 'annotation' }, 'cvat', true),
  operated: false,
};

function values(change: Partial<CvatProps> = {}): Values {
  const [helmChart] = objectsOfKind('HelmChart', (chart) => new Cvat(chart, 'cvat', { ...props, ...change }));
  return parse((helmChart?.['spec'] as { valuesContent: string }).valuesContent) as Values;
}

function problems(change: Partial<CvatProps>): string[] {
  return problemsOf((chart) => new Cvat(chart, 'cvat', { ...props, ...change }));
}

test('sets the host, the volumes, the database and the Secrets of the caches in the values, and no defaults', () => {
  expect(values()).toMatchInlineSnapshot(`
    {
      "analytics": {
        "enabled": false,
      },
      "clickhouse": {
        "enabled": false,
      },
      "cvat": {
        "backend": {
          "defaultStorage": {
            "size": "10Gi",
          },
        },
        "kvrocks": {
          "defaultStorage": {
            "size": "5Gi",
          },
          "existingSecret": "cvat-kvrocks",
          "secret": {
            "create": false,
            "name": "cvat-kvrocks",
          },
        },
      },
      "ingress": {
        "className": "traefik",
        "enabled": true,
        "hostname": "cvat.example.com",
      },
      "postgresql": {
        "enabled": false,
        "external": {
          "host": "my-postgres-primary.annotation.svc",
          "port": 5432,
        },
        "secret": {
          "create": false,
          "name": "my-postgres-pguser-cvat",
        },
      },
      "redis": {
        "auth": {
          "existingSecret": "cvat-redis",
          "existingSecretPasswordKey": "password",
        },
        "secret": {
          "create": false,
          "name": "cvat-redis",
        },
      },
    }
  `);
});

test('the database is ours: its host, its port and the Secret that PGO writes', () => {
  expect(values()['postgresql']).toEqual({
    enabled: false,
    external: { host: 'my-postgres-primary.annotation.svc', port: 5432 },
    secret: { create: false, name: 'my-postgres-pguser-cvat' },
  });
});

test('analytics are off with both of their switches: otherwise every visitor would be an administrator of Grafana', () => {
  expect(values()).toMatchObject({ analytics: { enabled: false }, clickhouse: { enabled: false } });
});

test('volumes have the classes and access modes that were asked for', () => {
  const storage = {
    data: { size: '1Ti', storageClassName: 'shared', accessModes: ['ReadWriteMany'] },
    cache: { size: '5Gi', storageClassName: 'fast', accessModes: ['ReadWriteOnce'] },
  };
  expect(values({ storage })).toMatchObject({
    cvat: { backend: { defaultStorage: storage.data }, kvrocks: { defaultStorage: storage.cache } },
  });
});

test('pods have the replicas and resources that were asked for, by workload', () => {
  const resources = { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '2Gi' } };
  const asked = values({
    server: { replicas: 2, resources },
    frontend: { replicas: 3 },
    workers: { chunks: { replicas: 4 }, export: { resources }, webhooks: { replicas: 0 } },
  });
  expect(asked).toMatchObject({
    cvat: {
      backend: {
        server: { replicas: 2, resources },
        worker: { chunks: { replicas: 4 }, export: { resources }, webhooks: { replicas: 0 } },
      },
      frontend: { replicas: 3 },
    },
  });
});

test('extra values win over ours, and leave the rest', () => {
  const won = values({ values: { ingress: { className: 'mine' }, cvat: { kvrocks: { secret: null } }, nuclio: { enabled: true } } });
  expect(won).toMatchObject({
    ingress: { enabled: true, hostname: 'cvat.example.com', className: 'mine' },
    cvat: { kvrocks: { existingSecret: 'cvat-kvrocks', secret: null } },
    nuclio: { enabled: true },
  });
});

test('the release says what its values read, what the chart makes, and what the installer must provide', () => {
  const [helmChart] = objectsOfKind('HelmChart', (chart) => new Cvat(chart, 'cvat', props));
  const { makes = [], reads = [], needs = [] } = helmChart ? contractOf(helmChart) : {};
  expect([makes, reads, needs].map((list) => list.map(formatReference))).toEqual([
    ['Service annotation/cvat-backend-service', 'Service annotation/cvat-frontend-service'],
    [
      'Service annotation/my-postgres-primary',
      'Secret annotation/my-postgres-pguser-cvat: database, password, username',
      'Secret annotation/cvat-redis: password',
      'Secret annotation/cvat-kvrocks: password',
    ],
    [
      'CustomResourceDefinition helmcharts.helm.cattle.io: v1/HelmChart',
      'Secret annotation/cvat-redis: password',
      'Secret annotation/cvat-kvrocks: password',
      'IngressClass traefik',
    ],
  ]);
});

test('no password is in the manifests, nor in the command that makes one', () => {
  const text = JSON.stringify(objectsOf((chart) => new Cvat(chart, 'cvat', props)));
  expect(text).not.toMatch(/password["']?\s*[:=]\s*["']?(?!\/dev\/stdin)[a-z0-9]{4,}/i);
  expect(text).toContain('--from-file=password=/dev/stdin');
});

test('the namespace holds the media, which go with it', () => {
  const [namespace] = objectsOfKind('Namespace', (chart) => new Cvat(chart, 'cvat', props));
  expect(namespace?.metadata).toEqual({ name: 'annotation', annotations: { 'platform.kapernikov.com/holds-data': "CVAT's media" } });
});

test('without a database there is no release, and a problem that says what to add', () => {
  expect(objectsOfKind('HelmChart', (chart) => new Cvat(chart, 'cvat', { ...props, database: undefined }))).toEqual([]);
  expect(problems({ database: undefined })).toEqual([
    'database: must be a user of a PostgresCluster; got none. Add postgres with a user "cvat" to the environment, or remove cvat.',
  ]);
});

test('CVAT without a mistake has no problems', () => {
  expect(problems({ server: { replicas: 1 }, workers: { chunks: { replicas: 0 } } })).toEqual([]);
});

test('reports a database in another namespace, whose Secret the pods could not read', () => {
  const database = databaseUser({ name: 'my-postgres' }, 'cvat', true);
  expect(problems({ database })).toEqual([
    'database: must be in CVAT\'s namespace "annotation", because pods read Secrets of their own namespace only; got "default". Give both the same namespace.',
  ]);
  expect(problems({ database, namespace: 'default' })).toEqual([]);
});

test('a host with a space is a problem with a suggestion', () => {
  expect(problems({ host: 'cvat kube public' })).toEqual([
    'host: must be a host name, without scheme, port, path or spaces; got "cvat kube public". Write it as "cvat.example.com". Did you mean "cvat-kube-public"?',
  ]);
});

test('every size and resource that is not a quantity is a problem with a suggestion', () => {
  const storage = { data: { size: '10GB' }, cache: { size: '5 gb' } };
  const found = problems({
    storage,
    server: { resources: { requests: { memory: '1gb' } } },
    workers: { utils: { resources: { limits: { cpu: 'one' } } } },
  });
  expect(found).toEqual([
    'storage.data.size: must be a Kubernetes quantity; got "10GB". Did you mean "10G" or "10Gi"?',
    'storage.cache.size: must be a Kubernetes quantity; got "5 gb". Did you mean "5G" or "5Gi"?',
    'server.resources.requests.memory: must be a Kubernetes quantity; got "1gb". Did you mean "1G" or "1Gi"?',
    'workers.utils.resources.limits.cpu: must be a Kubernetes quantity; got "one". Write a number and a unit: "5Gi", "500M".',
  ]);
});

test('a server needs a pod; a worker may have none', () => {
  expect(problems({ server: { replicas: 0 }, frontend: { replicas: 1.5 }, workers: { export: { replicas: -1 } } })).toEqual([
    'server.replicas: must be an integer >= 1; got 0. Correct the number of pods.',
    'frontend.replicas: must be an integer >= 1; got 1.5. Correct the number of pods.',
    'workers.export.replicas: must be an integer >= 0; got -1. Correct the number of pods.',
  ]);
});

test('a version that moves is a problem', () => {
  expect(problems({ version: 'latest' })).toEqual([expect.stringContaining('chart.version: must be an exact version; got "latest".')]);
});
