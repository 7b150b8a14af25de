import { ingress } from '../constructs/cvat/exposure';
import { k3s } from '../constructs/helm/delivery/k3s';
import type { Environment } from '../constructs/platform';
import { toVolume } from '../constructs/postgres/backup';

/** Stock k3s on one machine, as its installer leaves it: Traefik, local-path storage and the built-in Helm controller. */
export const local: Environment = {
  delivery: k3s(),
  namespace: 'cvat',

  postgresOperator: { namespace: 'crunchy-pgo', version: '5.8.7' },

  postgres: {
    name: 'my-postgres',
    version: 15, // the only major version that CVAT supports
    replicas: 2, // a primary and a standby: survives the loss of either
    storage: { size: '5Gi' },
    users: [{ name: 'cvat', databases: ['cvat'] }],
    backups: [toVolume({ size: '5Gi', full: '0 1 * * 0', keepFull: 2 })],
  },

  cvat: {
    version: '2.73.0',
    host: 'cvat.kube-public',
    exposure: ingress({ className: 'traefik' }),
    storage: {
      data: { size: '10Gi', accessModes: ['ReadWriteOnce'] }, // local-path knows no other
      cache: { size: '10Gi' },
    },
  },

  appUserOperator: { image: 'app-user-operator:0.1.0' }, // built from operator/ and imported into k3s: see the README

  appUsers: [{ name: 'john', lastName: 'Doe', firstName: 'John', emailAddress: 'john.doe@kapernikov.com' }],
};
