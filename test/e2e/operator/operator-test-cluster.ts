import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AppUserManifest, type AppUserSpec, type Condition } from '../../../operator/src/app-user/app-user';
import { type ApiClient, isStatus } from '../../../operator/src/kubernetes/api-client';
import { CvatStandIn } from '../../../operator/test/stand-in/stand-in';
import { authorityOf, clientOf, type Kubeconfig } from '../harness/api';
import { type ControlPlane, startControlPlane } from '../harness/control-plane';
import { freePorts } from '../harness/ports';
import { served } from '../harness/served';
import { until } from '../harness/until';
import { Operator } from './replica';
import { type Permission, type Rule, RULES } from './permissions';
import { ApiProxy } from './api-proxy';

export const NAMESPACE = 'people';
export const SERVICE = 'cvat-backend-service';
export const LEASE = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/app-user-operator`;
const OPERATOR = { name: 'operator' };
const ROOT = join(__dirname, '..', '..', '..');

export interface Secret {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string };
  readonly data?: Readonly<Record<string, string>>;
}

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseDurationSeconds?: number;
}

export interface EventObject {
  readonly reason: string;
  readonly note: string;
  readonly regarding: { readonly kind: string; readonly name: string };
}

/** A Kubernetes with the AppUser CRD, a stand-in for CVAT, and the operator as the one file that its image holds. */
export class OperatorTestCluster {
  readonly api: ApiClient;
  private readonly operators: Operator[] = [];
  private apiProxy: ApiProxy | undefined;

  private constructor(
    readonly controlPlane: ControlPlane,
    readonly cvat: CvatStandIn,
    private readonly bundle: string,
  ) {
    this.api = clientOf(controlPlane.kubeconfigOf());
  }

  static async start(): Promise<OperatorTestCluster> {
    const controlPlane = await startControlPlane({ users: [OPERATOR] });
    const bundle = join(controlPlane.directory, 'operator.cjs');
    execFileSync(process.execPath, [join(ROOT, 'operator', 'bundle.mjs'), bundle], { stdio: 'inherit' });
    const cluster = new OperatorTestCluster(controlPlane, await CvatStandIn.start({ settings: { registerDelayMs: 0 } }), bundle);
    await cluster.install();
    return cluster;
  }

  /** With an operator that leads, and is let into CVAT. */
  static async operated(): Promise<{ readonly cluster: OperatorTestCluster; readonly operator: Operator }> {
    const cluster = await OperatorTestCluster.start();
    const operator = await cluster.operator();
    await cluster.makeRobot();
    return { cluster, operator };
  }

  async stop(): Promise<void> {
    this.api.close();
    await this.apiProxy?.stop();
    await this.controlPlane.stop();
    await this.cvat.stop();
  }

  get running(): readonly Operator[] {
    return this.operators.filter(({ program }) => program.exit === undefined);
  }

  /** The kubeconfig of the operator, with another way to the API server. */
  kubeconfigBy(server: string): string {
    const file = join(this.controlPlane.directory, `by-${new URL(server).port}.kubeconfig`);
    const kubeconfig = JSON.parse(readFileSync(this.controlPlane.kubeconfigOf(OPERATOR.name), 'utf8')) as Kubeconfig;
    const [{ name, cluster }] = kubeconfig.clusters;
    // To client-node, a server without TLS is one whose certificate is not looked at.
    const trust = server.startsWith('http:') ? { 'insecure-skip-tls-verify': true } : cluster;
    writeFileSync(file, JSON.stringify({ ...kubeconfig, clusters: [{ name, cluster: { ...trust, server } }] }));
    return file;
  }

  /** The way to the API server of those operators that are started with `kubeconfigBy` its URL. */
  async startApiProxy(): Promise<ApiProxy> {
    const { server } = this.controlPlane;
    this.apiProxy = await ApiProxy.to(server, authorityOf(this.controlPlane.kubeconfigOf()));
    return this.apiProxy;
  }

  /** Starts the operator. Two with one name are the same replica after a restart. */
  async operator(podName = 'operator-0', environment: Readonly<Record<string, string>> = {}): Promise<Operator> {
    const [port = 0] = await freePorts(1);
    const log = join(this.controlPlane.directory, `operator-${this.operators.length}.log`);
    const program = await this.controlPlane.processes.start({
      command: process.execPath,
      arguments: [...imageFlags(), this.bundle],
      environment: {
        HOME: this.controlPlane.directory,
        KUBECONFIG: this.controlPlane.kubeconfigOf(OPERATOR.name),
        POD_NAMESPACE: NAMESPACE,
        POD_NAME: podName,
        CVAT_URL: this.cvat.url,
        PUBLIC_URL: 'http://cvat.example.com',
        CVAT_SERVICE: SERVICE,
        CVAT_GONE_AFTER_SECONDS: '1',
        CVAT_ROBOT_SECRET: 'cvat-robot',
        GENERATED_SECRETS: JSON.stringify([
          { name: 'cvat-robot', random: ['password'], values: { username: 'robot' } },
          { name: 'cvat-redis', random: ['password'] },
        ]),
        DEPLOYMENT_NAME: 'app-user-operator',
        RESYNC_SECONDS: '3',
        PORT: String(port),
        LOG_LEVEL: 'debug',
        ...environment,
      },
      standardOutput: log,
      standardError: log,
    });
    const operator = new Operator(program, port, log);
    this.operators.push(operator);
    return operator;
  }

  /** What the administrator Job does: it makes the robot with the password that the operator has generated. */
  async makeRobot(): Promise<void> {
    const secret = await until('the operator has generated its Secret', () => this.secret('cvat-robot'));
    this.cvat.people.addAdministrator('robot', decode(secret, 'password'));
  }

  async create(name: string, spec: Partial<AppUserSpec> = {}, annotations: Readonly<Record<string, string>> = {}): Promise<void> {
    const person = { firstName: 'Some', lastName: 'Body', emailAddress: `${name}@example.com` };
    const body = { apiVersion: 'kapernikov.com/v1', kind: 'AppUser', metadata: { name, annotations }, spec: { ...person, ...spec } };
    await this.api.request({ method: 'POST', path: this.appUsers, body });
  }

  async edit(name: string, patch: { readonly spec?: Partial<AppUserSpec>; readonly metadata?: object }): Promise<void> {
    await this.api.request({ method: 'PATCH', path: `${this.appUsers}/${name}`, body: patch });
  }

  async delete(name: string): Promise<void> {
    await this.api.request({ method: 'DELETE', path: `${this.appUsers}/${name}` });
  }

  appUser(name: string): Promise<AppUserManifest | undefined> {
    return this.optional(`${this.appUsers}/${name}`);
  }

  /** Who leads, since when and for how long. */
  async lease(): Promise<LeaseSpec> {
    return (await this.optional<{ readonly spec: LeaseSpec }>(LEASE))?.spec ?? {};
  }

  secret(name: string): Promise<Secret | undefined> {
    return this.optional(`/api/v1/namespaces/${NAMESPACE}/secrets/${name}`);
  }

  async deleteSecret(name: string): Promise<void> {
    await this.api.request({ method: 'DELETE', path: `/api/v1/namespaces/${NAMESPACE}/secrets/${name}` });
  }

  async events(about: string): Promise<readonly EventObject[]> {
    const { items } = await this.api.request<{ items: EventObject[] }>({ path: `/apis/events.k8s.io/v1/namespaces/${NAMESPACE}/events` });
    return items.filter(({ regarding }) => regarding.name === about);
  }

  /** Waits until the condition Ready has that reason, for the object as it is now. */
  async reason(name: string, reason: string): Promise<AppUserManifest> {
    let last: AppUserManifest | undefined;
    try {
      return await until(`${name} is ${reason}`, async () => {
        last = await this.appUser(name);
        const ready = condition(last, 'Ready');
        return ready?.reason === reason && ready.observedGeneration === last?.metadata.generation ? last : undefined;
      });
    } catch (error) {
      throw new Error(`${String(error)}; its status is ${JSON.stringify(last?.status)}`, { cause: error });
    }
  }

  async gone(name: string): Promise<void> {
    await until(`${name} is gone`, async () => (await this.appUser(name)) === undefined);
  }

  /** Lets the operator do that, and nothing else; resolves when the API server goes by it, which shows in that right. */
  async allow(rules: readonly Rule[], { rule, verb, resource: both }: Permission): Promise<void> {
    const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}/roles/operator`;
    await this.api.request({ method: 'PATCH', path, body: { rules } });
    const [resource, subresource] = both.split('/');
    const asked = { namespace: NAMESPACE, verb, group: rule.apiGroups[0], resource, subresource, name: rule.resourceNames?.[0] };
    const spec = { user: OPERATOR.name, resourceAttributes: asked };
    const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
    await until('the API server goes by the new rules', async () => {
      const review = { method: 'POST', path: '/apis/authorization.k8s.io/v1/subjectaccessreviews', body } as const;
      const { status } = await this.api.request<{ status: { allowed: boolean } }>(review);
      return status.allowed === rules.includes(rule);
    });
  }

  private async install(): Promise<void> {
    const { kubectl } = this.controlPlane;
    const crd = readFileSync(join(ROOT, 'constructs', 'app-user', 'app-user.crd.yaml'), 'utf8');
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'operator', namespace: NAMESPACE },
      rules: RULES,
    };
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'operator', namespace: NAMESPACE },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'operator' },
      subjects: [{ kind: 'User', name: OPERATOR.name, apiGroup: 'rbac.authorization.k8s.io' }],
    };
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
    for (const manifest of [crd, [namespace, role, binding]]) {
      const { code, stderr } = await kubectl.apply(manifest);
      if (code !== 0) throw new Error(stderr);
    }
    await this.makeService();
    await served(kubectl, 'appusers.kapernikov.com');
  }

  async makeService(): Promise<void> {
    const spec = { ports: [{ port: 8080 }], selector: { app: 'cvat' } };
    const body = { apiVersion: 'v1', kind: 'Service', metadata: { name: SERVICE }, spec };
    await this.api.request({ method: 'POST', path: `/api/v1/namespaces/${NAMESPACE}/services`, body });
  }

  private get appUsers(): string {
    return `/apis/kapernikov.com/v1/namespaces/${NAMESPACE}/appusers`;
  }

  private async optional<Answer>(path: string): Promise<Answer | undefined> {
    try {
      return await this.api.request<Answer>({ path });
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }
}

export function condition(appUser: AppUserManifest | undefined, type: string): Condition | undefined {
  return appUser?.status?.conditions?.find((candidate) => candidate.type === type);
}

export function decode({ data = {} }: Secret, key: string): string {
  return Buffer.from(data[key] ?? '', 'base64').toString();
}

/** What the image passes to Node.js. */
function imageFlags(): readonly string[] {
  const dockerfile = readFileSync(join(ROOT, 'operator', 'Dockerfile'), 'utf8');
  const [, command = '[]'] = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile) ?? [];
  return (JSON.parse(command) as string[]).filter((argument) => argument.startsWith('--'));
}
