import { k3s } from '../constructs/helm/delivery/k3s';
import { fromRepository } from '../constructs/helm/chart-source';
import type { Environment } from '../constructs/platform';
import { toVolume } from '../constructs/postgres/backup';

/**
 * The chapter "Working with third party software" to the letter, on the cluster that it is taught on: k3s with Traefik off, ingress-nginx,
 * cert-manager and its ClusterIssuer `selfsigned-ca-issuer`. Nothing here waits for an operator of ours: john "just sits there".
 *
 * Much of it has been deprecated since, which is why `local` does it otherwise:
 * - the chart Kapernikov/cvat-helm, by its own README in January 2024. It installs CVAT 2.2.0 of 2022, and a first password that is written in
 *   clear text into its manifests: never put it on a network;
 * - ingress-nginx, archived in March 2026;
 * - PostgreSQL 14, whose end of life was 2026-11-12, and these images of 2022, which Crunchy's registry may have withdrawn.
 */
export const tutorial: Environment = {
  delivery: k3s(),

  postgresOperator: { namespace: 'crunchy-pgo', version: '5.8.7' },

  postgres: {
    name: 'my-postgres',
    version: 14,
    image: 'registry.developers.crunchydata.com/crunchydata/crunchy-postgres:ubi8-14.5-1',
    replicas: 1, // the chapter's exercise: make it 2, and apply again
    storage: { size: '1Gi' },
    backups: [toVolume({ size: '1Gi' })],
    spec: {
      backups: { pgbackrest: { image: 'registry.developers.crunchydata.com/crunchydata/crunchy-pgbackrest:ubi8-2.40-1' } },
      patroni: {
        dynamicConfiguration: {
          postgresql: { parameters: { max_parallel_workers: 2, max_worker_processes: 2, shared_buffers: '20MB', work_mem: '2MB' } },
        },
      },
    },
  },

  dataProtection: false, // the chapter's exercises delete what they have made

  appUsers: [{ name: 'john', lastName: 'Doe', firstName: 'John', emailAddress: 'john.doe@kapernikov.com' }],

  releases: [
    {
      name: 'cvat',
      namespace: 'cvat',
      chart: fromRepository('https://kapernikov.github.io/cvat-helm/', 'cvat-helm', '0.2.4'),
      values: { ingress: { host: 'cvat.kube-public', ingressClassName: 'nginx', clusterIssuer: 'selfsigned-ca-issuer' } },
      timeout: '15m', // its hook waits for its database
      needs: [
        { kind: 'IngressClass', name: 'nginx', remedy: 'ingress-nginx makes it: kubectl get ingressclass' },
        {
          kind: 'ClusterIssuer',
          name: 'selfsigned-ca-issuer',
          remedy: 'the issuer of the chapter on certificates: kubectl get clusterissuer',
        },
      ],
    },
  ],

  acknowledged: [
    {
      rule: 'default-password',
      object: 'HelmChart kube-system/cvat',
      reason: 'the chapter installs this chart as it is, on a machine of its own. Never put it on a network.',
    },
  ],
};
