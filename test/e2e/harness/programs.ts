import { join } from 'node:path';
import type { Audit } from './audit';
import { CONTROLLER_MANAGER, type Credentials } from './credentials';

/** What a control plane here consists of; a scheduler and nodes are not part of it. */
export type ProgramName = 'etcd' | 'kube-apiserver' | 'kube-controller-manager';

export interface Ports {
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly apiServer: number;
}

/** The certificate that the API server makes for itself at its first start, followed by that of the authority that signed it. */
export function authorityIn(directory: string): string {
  return join(directory, 'certificates', 'apiserver.crt');
}

/** The arguments of each program. */
export function argumentsOf(
  directory: string,
  ports: Ports,
  credentials: Credentials,
  audit: Audit,
): Readonly<Record<ProgramName, readonly string[]>> {
  const etcd = `http://127.0.0.1:${ports.etcd}`;
  const etcdPeer = `http://127.0.0.1:${ports.etcdPeer}`;
  return {
    etcd: [
      '--name=etcd',
      `--data-dir=${join(directory, 'etcd')}`,
      `--listen-client-urls=${etcd}`,
      `--advertise-client-urls=${etcd}`,
      `--listen-peer-urls=${etcdPeer}`,
      `--initial-advertise-peer-urls=${etcdPeer}`,
      `--initial-cluster=etcd=${etcdPeer}`,
      // The data lives no longer than the process: waiting for the disk protects nothing.
      '--unsafe-no-fsync',
    ],
    'kube-apiserver': [
      `--etcd-servers=${etcd}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${ports.apiServer}`,
      // A loopback address is no valid endpoint of the Service "kubernetes", and nothing here uses that.
      '--endpoint-reconciler-type=none',
      '--service-cluster-ip-range=10.0.0.0/24',
      `--cert-dir=${join(directory, 'certificates')}`,
      `--token-auth-file=${credentials.tokenFile}`,
      '--anonymous-auth=false',
      '--authorization-mode=RBAC',
      '--allow-privileged=true',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${credentials.serviceAccountPublicKey}`,
      `--service-account-signing-key-file=${credentials.serviceAccountPrivateKey}`,
      '--profiling=false',
      ...audit.arguments,
    ],
    'kube-controller-manager': [
      `--kubeconfig=${credentials.kubeconfigOf(CONTROLLER_MANAGER.name)}`,
      '--leader-elect=false',
      '--secure-port=0',
      `--root-ca-file=${authorityIn(directory)}`,
      `--service-account-private-key-file=${credentials.serviceAccountPrivateKey}`,
      '--use-service-account-credentials',
      // Its own limit of 20 requests a second would make the start and each deletion of a namespace take seconds.
      '--kube-api-qps=1000',
      '--kube-api-burst=1000',
      '--profiling=false',
    ],
  };
}
