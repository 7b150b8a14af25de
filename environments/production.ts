import { httpRoute } from '../constructs/cvat/exposure';
import { fluxGitOps } from '../constructs/git-ops/flux';
import { gitSource } from '../constructs/git-ops/git-ops';
import { flux } from '../constructs/helm/delivery/flux';
import type { Environment } from '../constructs/platform';
import { toS3 } from '../constructs/postgres/backup';

/**
 * A cluster of several nodes with Flux, a Gateway and a StorageClass that can share volumes (ReadWriteMany).
 * Its names are examples: put in your git repository, your host, your Gateway, your bucket and your StorageClasses.
 */
export const production: Environment = {
  delivery: flux(),
  gitOps: fluxGitOps({ source: gitSource('https://github.com/example/platform', { branch: 'main' }) }),
  namespace: 'cvat',

  postgresOperator: { namespace: 'crunchy-pgo', version: '5.8.7' },

  postgres: {
    name: 'my-postgres',
    version: 15, // the only major version that CVAT supports
    replicas: 3, // with synchronous: goes on writing after the loss of one node
    synchronous: true,
    storage: { size: '50Gi' },
    users: [{ name: 'cvat', databases: ['cvat'] }],
    backups: [
      // To Azure instead: toAzure({ container: 'cvat-backups', credentials: 'my-postgres-backup', ... })
      toS3({
        bucket: 'cvat-backups',
        endpoint: 's3.eu-west-1.amazonaws.com',
        region: 'eu-west-1',
        credentials: 'my-postgres-backup',
        full: '0 1 * * 0',
        differential: '0 1 * * 1-6',
        keepFull: 4,
      }),
    ],
    spec: {
      instances: [{ name: 'instance1', resources: { requests: { cpu: '1', memory: '2Gi' }, limits: { memory: '4Gi' } } }],
    },
  },

  cvat: {
    version: '2.73.0',
    host: 'cvat.example.com',
    exposure: httpRoute({ gateway: { name: 'public', namespace: 'gateways', sectionName: 'https' } }),
    storage: { data: { size: '500Gi' }, cache: { size: '100Gi' } },
    server: { replicas: 2, resources: { requests: { cpu: '1', memory: '2Gi' } } },
    frontend: { replicas: 2 },
    workers: { chunks: { replicas: 4 } },
  },

  // One works, one stands by. On several nodes, push the image to your own registry and name it as it is called there.
  appUserOperator: { image: 'app-user-operator:0.1.0', replicas: 2 },

  appUsers: [],
};
