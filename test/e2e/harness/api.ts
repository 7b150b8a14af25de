import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { ApiClient, KubernetesApiError, isStatus } from '../../../operator/src/kubernetes/api-client';

/** What the stand-ins read of any object; its own fields come with the type parameter of the calls. */
export interface Live {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly generation: number;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string; readonly uid: string }[];
  };
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
  readonly lastTransitionTime?: string;
}

/** The harness's kubeconfigs are JSON with a token. */
export interface Kubeconfig {
  readonly clusters: readonly [
    { readonly name: string; readonly cluster: { readonly server: string; readonly 'certificate-authority': string } },
  ];
  readonly users: readonly [{ readonly user: { readonly token: string } }];
}

interface Login {
  readonly server: string;
  readonly ca: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

function loginOf(kubeconfig: string): Login {
  const { clusters, users } = JSON.parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
  const headers = { authorization: `Bearer ${users[0].user.token}` };
  return { server: clusters[0].cluster.server, ca: authorityOf(kubeconfig), headers };
}

export function clientOf(kubeconfig: string): ApiClient {
  const { server, ca, headers } = loginOf(kubeconfig);
  return new ApiClient({ server, credentials: () => Promise.resolve({ ca, headers }) });
}

/** Who signed the API server's certificate. */
export function authorityOf(kubeconfig: string): Buffer {
  const { clusters } = JSON.parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
  return readFileSync(clusters[0].cluster['certificate-authority']);
}

/** For lists: what the API server remembers is enough, which spares it and etcd most of the work. It may be some milliseconds old. */
export const FROM_MEMORY = { resourceVersion: '0' };

/** The API server for those who look often: without a kubectl for each look. Paths are those of the API: `/api/v1/pods`. */
export class Api {
  private readonly client: ApiClient;

  constructor(private readonly kubeconfig: string) {
    this.client = clientOf(kubeconfig);
  }

  /** Nothing, too, when the kind is not served. */
  async get<Kind extends Live>(path: string): Promise<Kind | undefined> {
    try {
      return await this.client.request<Kind>({ path });
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }

  /** Empty, too, when the kind is not served. */
  async list<Kind extends Live>(path: string, query: Readonly<Record<string, string>> = {}): Promise<readonly Kind[]> {
    try {
      return (await this.client.request<{ items: Kind[] }>({ path, query })).items;
    } catch (error) {
      if (isStatus(error, 404)) return [];
      throw error;
    }
  }

  async create<Answer>(path: string, body: object): Promise<Answer> {
    return this.client.request<Answer>({ method: 'POST', path, body });
  }

  /** A merge patch; of the status when the path ends with `/status`. */
  async patch(path: string, body: object): Promise<void> {
    await this.client.request({ method: 'PATCH', path, body });
  }

  /**
   * Server-side apply with force, as controllers do it. `kubectl apply --server-side` also takes over the fields of its own client-side apply.
   */
  async apply(path: string, body: object, fieldManager: string): Promise<void> {
    const { server, ca, headers } = loginOf(this.kubeconfig);
    const url = `${server}${path}?${new URLSearchParams({ fieldManager, force: 'true' }).toString()}`;
    const options = { method: 'PATCH', ca, headers: { ...headers, 'content-type': 'application/apply-patch+yaml' }, timeout: 30_000 };
    const [status, text] = await new Promise<[number, string]>((resolve, reject) => {
      const sent = request(url, options, (answer) => {
        let received = '';
        answer.on('data', (chunk) => (received += String(chunk))).once('error', reject);
        answer.once('end', () => resolve([answer.statusCode ?? 0, received]));
      });
      sent.once('timeout', () => sent.destroy(new Error('the API server has not answered')));
      sent.once('error', reject).end(JSON.stringify(body));
    });
    if (status < 200 || status > 299) throw new KubernetesApiError(status, '', text);
  }

  async delete(path: string): Promise<void> {
    await this.client.request({ method: 'DELETE', path, body: { propagationPolicy: 'Background' } });
  }

  close(): void {
    this.client.close();
  }
}

/** Whether an error is temporary: a conflict with other clients, or an API server that is down. */
export function isPassing(error: unknown): boolean {
  if (error instanceof KubernetesApiError) return [403, 404, 409, 410, 429].includes(error.status) || error.status >= 500;
  // Not by its class: Jest runs tests in a context with other global classes than Node's.
  return /ECONNREFUSED|ECONNRESET|EPIPE|socket hang up|socket disconnected|has not answered|aborted|premature close/i.test(String(error));
}
