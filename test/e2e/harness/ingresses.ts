/**
 * Plays the part of Traefik for Ingresses of its class, as far as Kubernetes sees it: each gets the address at which it can be reached. Nothing
 * listens there.
 */
import { Api, FROM_MEMORY, type Live } from './api';
import { Loop } from './loop';

/** Where everything can be reached. */
export const ADDRESS = '127.0.0.1';

interface Ingress extends Live {
  readonly spec: { readonly ingressClassName?: string };
  readonly status: { readonly loadBalancer?: { readonly ingress?: readonly object[] } };
}

export class Ingresses {
  private readonly api: Api;
  private readonly loop: Loop;

  constructor(kubeconfig: string) {
    this.api = new Api(kubeconfig);
    this.loop = new Loop(() => this.round());
  }

  async stop(): Promise<void> {
    await this.loop.stop();
    this.api.close();
  }

  private async round(): Promise<void> {
    for (const { metadata, spec, status } of await this.api.list<Ingress>('/apis/networking.k8s.io/v1/ingresses', FROM_MEMORY)) {
      if (spec.ingressClassName !== 'traefik' || status.loadBalancer?.ingress) continue;
      const path = `/apis/networking.k8s.io/v1/namespaces/${metadata.namespace}/ingresses/${metadata.name}/status`;
      await this.api.patch(path, { status: { loadBalancer: { ingress: [{ ip: ADDRESS }] } } });
    }
  }
}
