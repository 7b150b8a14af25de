import type { RequestOptions } from 'node:http';
import { KubeConfig } from '@kubernetes/client-node';
import type { Connection } from './api-client';

/** The API server of the cluster that the operator runs in; on a developer's machine, the one that kubectl talks to. */
export function connect(): Connection {
  const configuration = new KubeConfig();
  configuration.loadFromDefault();
  const cluster = configuration.getCurrentCluster();
  if (!cluster) throw new Error('there is no API server to talk to: run in a cluster, or set KUBECONFIG');
  return {
    server: cluster.server,
    credentials: async () => {
      const options: RequestOptions = {};
      await configuration.applyToHTTPSOptions(options);
      // Its agent would open a connection for each request.
      delete options.agent;
      return options;
    },
  };
}
