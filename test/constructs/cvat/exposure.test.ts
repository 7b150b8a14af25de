import { Testing, Yaml } from 'cdk8s';
import { formatReference } from '../../../manifests/reference';
import { type Exposure, httpRoute, ingress } from '../../../constructs/cvat/exposure';

const service = (name: string): { kind: string; namespace: string; name: string } => ({ kind: 'Service', namespace: 'annotation', name });
const site = {
  host: 'cvat.example.com',
  release: 'cvat',
  namespace: 'annotation',
  backend: service('cvat-backend-service'),
  frontend: service('cvat-frontend-service'),
  selfRegistration: false,
};

function expose(exposure: Exposure, selfRegistration = false): { yaml: string; values: unknown; makes: string[]; needs: string[] } {
  const chart = Testing.chart();
  const { values, makes = [], needs = [] } = exposure.expose(chart, { ...site, selfRegistration });
  return { yaml: `\n${Yaml.stringify(...chart.toJson())}`, values, makes: makes.map(formatReference), needs: needs.map(formatReference) };
}

const issued = ingress({
  className: 'nginx',
  clusterIssuer: 'letsencrypt',
  annotations: { 'nginx.ingress.kubernetes.io/proxy-body-size': '0' },
});
const gateway = httpRoute({ gateway: { name: 'public', namespace: 'gateways', sectionName: 'https' } });

describe('an Ingress', () => {
  test("is the chart's own, and one of ours that closes registration: to the frontend, which answers 405", () => {
    const { yaml, values, makes, needs } = expose(ingress({ className: 'traefik' }));
    expect(yaml).toMatchInlineSnapshot(`
      "
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      metadata:
        name: cvat-closed-registration
        namespace: annotation
      spec:
        ingressClassName: traefik
        rules:
          - host: cvat.example.com
            http:
              paths:
                - backend:
                    service:
                      name: cvat-frontend-service
                      port:
                        name: http
                  path: /api/auth/register
                  pathType: Exact
      "
    `);
    expect(values).toEqual({ ingress: { enabled: true, hostname: 'cvat.example.com', className: 'traefik' } });
    expect([makes, needs]).toEqual([[], ['IngressClass traefik']]);
  });

  test('has a certificate by cert-manager, which both of them use', () => {
    const { yaml, values, makes, needs } = expose(issued);
    expect(values).toEqual({
      ingress: {
        enabled: true,
        hostname: 'cvat.example.com',
        className: 'nginx',
        annotations: { 'nginx.ingress.kubernetes.io/proxy-body-size': '0', 'cert-manager.io/cluster-issuer': 'letsencrypt' },
        tls: true,
        tlsSecretName: 'cvat-tls',
      },
    });
    expect(yaml).toContain('  tls:\n    - hosts:\n        - cvat.example.com\n      secretName: cvat-tls\n');
    expect(makes).toEqual(['Secret annotation/cvat-tls: tls.crt, tls.key']);
    expect(needs).toEqual(['IngressClass nginx', 'ClusterIssuer letsencrypt']);
  });

  test('leaves registration open only where that is asked for', () => {
    expect(expose(issued, true).yaml).toBe('\n');
    expect(expose(issued, true).values).toEqual(expose(issued).values);
  });
});

describe('an HTTPRoute', () => {
  test("leads the host to CVAT from the cluster's own Gateway, with registration closed", () => {
    expect(expose(gateway).yaml).toMatchInlineSnapshot(`
      "
      apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata:
        annotations:
          platform.kapernikov.com/needs: |-
            CustomResourceDefinition httproutes.gateway.networking.k8s.io: v1/HTTPRoute <- the Gateway API, which most gateway controllers install: https://gateway-api.sigs.k8s.io/guides/getting-started/
            Gateway gateways/public <- the cluster's own: kubectl -n gateways get gateway public
        name: cvat
        namespace: annotation
      spec:
        hostnames:
          - cvat.example.com
        parentRefs:
          - group: gateway.networking.k8s.io
            kind: Gateway
            name: public
            namespace: gateways
            sectionName: https
        rules:
          - backendRefs:
              - group: ""
                kind: Service
                name: cvat-frontend-service
                port: 8000
                weight: 1
            matches:
              - path:
                  type: Exact
                  value: /api/auth/register
          - backendRefs:
              - group: ""
                kind: Service
                name: cvat-backend-service
                port: 8080
                weight: 1
            matches:
              - path:
                  type: PathPrefix
                  value: /api
              - path:
                  type: PathPrefix
                  value: /admin
              - path:
                  type: PathPrefix
                  value: /static
              - path:
                  type: PathPrefix
                  value: /django-rq
              - path:
                  type: PathPrefix
                  value: /profiler
          - backendRefs:
              - group: ""
                kind: Service
                name: cvat-frontend-service
                port: 8000
                weight: 1
            matches:
              - path:
                  type: PathPrefix
                  value: /
      "
    `);
  });

  test("takes the place of the chart's Ingress", () => {
    expect(expose(gateway).values).toEqual({ ingress: { enabled: false } });
  });

  test('leaves registration open only where that is asked for', () => {
    expect(expose(gateway).yaml).toContain('/api/auth/register');
    expect(expose(gateway, true).yaml).not.toContain('/api/auth/register');
    expect(expose(gateway, true).yaml).toContain('value: /api\n');
  });

  test('asks for every listener of the Gateway unless one is named', () => {
    expect(expose(httpRoute({ gateway: { name: 'public', namespace: 'gateways' } })).yaml).not.toContain('sectionName');
  });
});
