import { k8s } from '../k8s';
import { Construct } from 'constructs';
import { contractAnnotations } from '../../manifests/contract';
import { type CvatNames, cvatNames, SUPERUSERS } from '../cvat/names';
import { ensureNamespace, namespaceOf } from '../namespace';
import { report } from '../problem';
import { appUserCrd } from './schema';

export interface AppUserOperatorProps {
  /** The image, with its exact tag. It is pulled only where it is not there yet: operator/Dockerfile says how it is built. */
  readonly image: string;
  /** One of them works, the others stand by. @default 1 */
  readonly replicas?: number;
  /**
   * The namespace of the operator, of CVAT and of the AppUsers: the operator works in its own namespace only.
   * @default the namespace of the Chart, or else `default`
   */
  readonly namespace?: string;
  /**
   * The address of CVAT in a browser: `https://cvat.example.com`. The operator writes it into the credentials Secret of each AppUser.
   * @default none: the Secrets contain no address
   */
  readonly publicUrl?: string;
}

const NAME = 'app-user-operator';
const LABELS = { 'app.kubernetes.io/name': NAME };
const PORT = 8080;

/**
 * The operator that creates, updates and deactivates the CVAT accounts of AppUsers, and generates passwords that only programs use.
 *
 * It is ready without CVAT, because CVAT waits for some of these passwords; and it outlives CVAT, because without it no AppUser could go.
 */
export class AppUserOperator extends Construct {
  constructor(scope: Construct, id: string, props: AppUserOperatorProps) {
    super(scope, id);
    const { replicas = 1 } = props;
    const names = cvatNames(namespaceOf(this, props.namespace) ?? 'default');
    const { namespace } = names;
    const metadata = { name: NAME, namespace, labels: LABELS };

    if (!(Number.isInteger(replicas) && replicas >= 1)) {
      report(this, 'replicas', {
        message: `must be an integer >= 1; got ${replicas}.`,
        remedy: 'Use 1, or 2 for a standby that takes over when the first one fails.',
      });
    }
    ensureNamespace(this, namespace);
    new k8s.KubeServiceAccount(this, 'account', { metadata });
    new k8s.KubeRole(this, 'role', { metadata, rules: rules(names) });
    new k8s.KubeRoleBinding(this, 'binding', {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: NAME },
      subjects: [{ kind: 'ServiceAccount', name: NAME, namespace }],
    });
    const secrets = generatedSecrets(names);
    new k8s.KubeDeployment(this, 'deployment', {
      metadata: {
        ...metadata,
        annotations: contractAnnotations({
          makes: secrets.map(({ name, random, values = {} }) => ({
            kind: 'Secret',
            namespace,
            name,
            keys: [...random, ...Object.keys(values)],
          })),
          operates: [{ kind: 'CustomResourceDefinition', name: appUserCrd.metadata.name, keys: ['v1/AppUser'] }],
        }),
      },
      spec: {
        replicas,
        selector: { matchLabels: LABELS },
        template: { metadata: { labels: LABELS }, spec: pod(props, names, secrets) },
      },
    });
    if (replicas > 1) {
      new k8s.KubePodDisruptionBudget(this, 'budget', {
        metadata,
        spec: { minAvailable: k8s.IntOrString.fromNumber(1), selector: { matchLabels: LABELS } },
      });
    }
    new k8s.KubeNetworkPolicy(this, 'network', { metadata, spec: network() });
  }
}

interface GeneratedSecret {
  readonly name: string;
  /** The keys whose values are random. They are made once, and never overwritten. */
  readonly random: readonly string[];
  readonly values?: Readonly<Record<string, string>>;
}

function generatedSecrets({ secrets }: CvatNames): GeneratedSecret[] {
  const password = { random: ['password'] };
  return [
    { name: secrets.redis, ...password },
    { name: secrets.kvrocks, ...password },
    { name: secrets.administrator, ...password, values: { username: SUPERUSERS.administrator.username } },
    { name: secrets.robot, ...password, values: { username: SUPERUSERS.robot.username } },
  ];
}

/** All that it does, in its own namespace. The end-to-end tests run it with these rights and no others. */
function rules({ backend }: CvatNames): k8s.PolicyRule[] {
  return [
    { apiGroups: ['kapernikov.com'], resources: ['appusers'], verbs: ['list', 'watch', 'patch'] },
    { apiGroups: ['kapernikov.com'], resources: ['appusers/status'], verbs: ['patch'] },
    // Credentials have the names of people, who are not known here. They are never listed.
    { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'create', 'patch', 'delete'] },
    // Whether CVAT is gone for good: then AppUsers that are being deleted can go.
    { apiGroups: [''], resources: ['services'], resourceNames: [backend.name], verbs: ['get'] },
    { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
    // What is being made has no name yet, as far as rules go.
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: [NAME], verbs: ['get', 'update'] },
  ];
}

function pod({ image, publicUrl }: AppUserOperatorProps, names: CvatNames, secrets: readonly GeneratedSecret[]): k8s.PodSpec {
  const field = (fieldPath: string): k8s.EnvVarSource => ({ fieldRef: { apiVersion: 'v1', fieldPath } });
  const probe = (path: string): k8s.Probe => ({ httpGet: { path, port: k8s.IntOrString.fromString('http') } });
  return {
    serviceAccountName: NAME,
    securityContext: { runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'operator',
        image,
        imagePullPolicy: 'IfNotPresent',
        env: [
          { name: 'POD_NAMESPACE', valueFrom: field('metadata.namespace') },
          { name: 'POD_NAME', valueFrom: field('metadata.name') },
          { name: 'DEPLOYMENT_NAME', value: NAME },
          { name: 'CVAT_URL', value: names.url },
          { name: 'CVAT_SERVICE', value: names.backend.name },
          { name: 'CVAT_ROBOT_SECRET', value: names.secrets.robot },
          ...(publicUrl ? [{ name: 'PUBLIC_URL', value: publicUrl }] : []),
          { name: 'GENERATED_SECRETS', value: JSON.stringify(secrets) },
        ],
        ports: [{ name: 'http', containerPort: PORT, protocol: 'TCP' }],
        livenessProbe: { ...probe('/healthz'), periodSeconds: 20 },
        readinessProbe: { ...probe('/readyz'), periodSeconds: 5 },
        resources: {
          requests: { cpu: k8s.Quantity.fromString('50m'), memory: k8s.Quantity.fromString('128Mi') },
          limits: { memory: k8s.Quantity.fromString('256Mi') },
        },
        securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      },
    ],
  };
}

/** Allows connections to DNS, the API server and CVAT, and from probes and metrics collectors. */
function network(): k8s.NetworkPolicySpec {
  const port = (number: number, protocol = 'TCP'): k8s.NetworkPolicyPort => ({ port: k8s.IntOrString.fromNumber(number), protocol });
  return {
    podSelector: { matchLabels: LABELS },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ ports: [port(PORT)] }],
    egress: [
      { ports: [port(53, 'UDP'), port(53)] },
      // The API server's address is different on every cluster. Its ports are not.
      { ports: [port(443), port(6443)] },
      { to: [{ podSelector: {} }], ports: [port(8080)] },
    ],
  };
}
