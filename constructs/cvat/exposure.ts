import { ApiObject } from 'cdk8s';
import { k8s } from '../k8s';
import type { Construct } from 'constructs';
import type { HttpRouteSpec } from '../../imports/gateway.networking.k8s.io';
import type { Need, Reference } from '../../manifests/reference';
import { type Contract, contractAnnotations } from '../../manifests/contract';
import type { Values } from '../../manifests/merge';
import type { Plain } from '../plain';

/** The host that is exposed, and its two Services. */
export interface Site {
  readonly host: string;
  readonly release: string;
  readonly namespace: string;
  readonly backend: Reference;
  readonly frontend: Reference;
  /** Whether visitors may register accounts. */
  readonly selfRegistration: boolean;
}

/** How CVAT is exposed to browsers. */
export interface Exposure {
  /** What the address in the browser starts with. */
  readonly scheme: 'http' | 'https';
  /** Adds the objects that lead the host to the Services, and says what the chart needs to know and the cluster must have. */
  expose(scope: Construct, site: Site): Pick<Contract, 'makes' | 'needs'> & { readonly values: Values };
}

const BACKEND_PORT = 8080;
const FRONTEND_PORT = 8000;

/** What the backend answers, by the chart's own Ingress. Everything else is the frontend's. */
const BACKEND_PATHS = ['/api', '/admin', '/static', '/django-rq', '/profiler'];

/**
 * The endpoint that creates an account without authentication. CVAT has no setting to disable it, so exactly this path is routed to the frontend,
 * which answers 405 to a POST. A proxy that decodes paths after routing may still forward other spellings of the path.
 */
const REGISTRATION_PATH = '/api/auth/register';

export interface IngressProps {
  /** The IngressClass: `traefik` on stock k3s. */
  readonly className: string;
  /**
   * The ClusterIssuer of cert-manager that issues the host's certificate, in the Secret `cvat-tls`.
   * @default none: HTTP, or the default certificate of the ingress controller
   */
  readonly clusterIssuer?: string;
  /**
   * For the ingress controller. ingress-nginx refuses uploads above 1 MB (413) unless `nginx.ingress.kubernetes.io/proxy-body-size` says more.
   * @default none
   */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Through an Ingress: the chart's own, and another one for the closed path. */
export function ingress({ className, clusterIssuer, annotations = {} }: IngressProps): Exposure {
  return {
    scheme: clusterIssuer === undefined ? 'http' : 'https',
    expose(scope, { host, release, namespace, frontend, selfRegistration }) {
      const secretName = clusterIssuer === undefined ? undefined : `${release}-tls`;
      if (!selfRegistration) {
        const backend = { service: { name: frontend.name, port: { name: 'http' } } };
        new k8s.KubeIngress(scope, 'closed-registration', {
          metadata: { name: `${release}-closed-registration`, namespace },
          spec: {
            ingressClassName: className,
            rules: [{ host, http: { paths: [{ path: REGISTRATION_PATH, pathType: 'Exact', backend }] } }],
            tls: secretName === undefined ? undefined : [{ hosts: [host], secretName }],
          },
        });
      }
      const issuer = clusterIssuer === undefined ? {} : { 'cert-manager.io/cluster-issuer': clusterIssuer };
      const allAnnotations = { ...annotations, ...issuer };
      return {
        values: {
          ingress: {
            enabled: true,
            hostname: host,
            className,
            ...(Object.keys(allAnnotations).length > 0 && { annotations: allAnnotations }),
            ...(secretName !== undefined && { tls: true, tlsSecretName: secretName }),
          },
        },
        makes: secretName === undefined ? [] : [{ kind: 'Secret', namespace, name: secretName, keys: ['tls.crt', 'tls.key'] }],
        needs: [ingressClassNeed(className), ...(clusterIssuer === undefined ? [] : [clusterIssuerNeed(clusterIssuer)])],
      };
    },
  };
}

export interface HttpRouteProps {
  /** An existing Gateway. Its listener defines ports and certificates. */
  readonly gateway: {
    readonly name: string;
    readonly namespace: string;
    /** One of the Gateway's listeners. @default all that accept the route */
    readonly sectionName?: string;
  };
  /** The protocol of the Gateway's listener. @default https */
  readonly scheme?: 'http' | 'https';
}

/** Through an existing Gateway. The chart does not support the Gateway API, so this adds the HTTPRoute. */
export function httpRoute({ gateway, scheme = 'https' }: HttpRouteProps): Exposure {
  return {
    scheme,
    expose(scope, { host, release, namespace, backend, frontend, selfRegistration }) {
      // With the API server's defaults: it compares these lists as a whole, and without them every apply would be a change, or a conflict.
      const to = (service: Reference, port: number) => [{ group: '', kind: 'Service', name: service.name, port, weight: 1 }];
      const parent = { group: 'gateway.networking.k8s.io', kind: 'Gateway', ...gateway };
      const toBackend = to(backend, BACKEND_PORT);
      const toFrontend = to(frontend, FRONTEND_PORT);
      const closed = { matches: [{ path: { type: 'Exact' as const, value: REGISTRATION_PATH } }], backendRefs: toFrontend };
      const spec: Plain<HttpRouteSpec> = {
        parentRefs: [parent],
        hostnames: [host],
        rules: [
          ...(selfRegistration ? [] : [closed]),
          { matches: BACKEND_PATHS.map((value) => ({ path: { type: 'PathPrefix' as const, value } })), backendRefs: toBackend },
          { matches: [{ path: { type: 'PathPrefix', value: '/' } }], backendRefs: toFrontend },
        ],
      };
      new ApiObject(scope, 'route', {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        metadata: { name: release, namespace, annotations: contractAnnotations({ needs: [HTTP_ROUTES, gatewayNeed(gateway)] }) },
        spec,
      });
      return { values: { ingress: { enabled: false } } };
    },
  };
}

const HTTP_ROUTES: Need = {
  kind: 'CustomResourceDefinition',
  name: 'httproutes.gateway.networking.k8s.io',
  keys: ['v1/HTTPRoute'],
  remedy: 'the Gateway API, which most gateway controllers install: https://gateway-api.sigs.k8s.io/guides/getting-started/',
};

function gatewayNeed({ name, namespace }: HttpRouteProps['gateway']): Need {
  return { kind: 'Gateway', namespace, name, remedy: `the cluster's own: kubectl -n ${namespace} get gateway ${name}` };
}

function ingressClassNeed(name: string): Need {
  return { kind: 'IngressClass', name, remedy: 'the ingress controller makes it: kubectl get ingressclass' };
}

function clusterIssuerNeed(name: string): Need {
  return { kind: 'ClusterIssuer', name, remedy: 'the issuer of certificates, of cert-manager: kubectl get clusterissuer' };
}
