import { type ChartSource, fromGit, fromOci, fromRepository, withCa, withSecret } from '../../../constructs/helm/chart-source';
import type { Delivery } from '../../../constructs/helm/delivery';
import { argoCd } from '../../../constructs/helm/delivery/argo-cd';
import { flux } from '../../../constructs/helm/delivery/flux';
import { k3s } from '../../../constructs/helm/delivery/k3s';
import type { Environment } from '../../../constructs/platform';
import { contractOf } from '../../../manifests/contract';
import type { Manifest } from '../../../manifests/manifest';
import { formatReference } from '../../../manifests/reference';
import { parseAllDocuments } from 'yaml';
import { synthesize } from '../../../synthesis';

const REPOSITORY = fromRepository('https://charts.example.org', 'tool', '1.2.3');
const OCI = fromOci('oci://registry.example.org/charts/tool', '1.2.3');
const GIT = fromGit('https://git.example.org/tool', { path: 'chart', tag: 'v1.2.3' });
const SSH = fromGit('ssh://git@git.example.org/tool', { path: 'chart', tag: 'v1.2.3' });

interface Result {
  readonly problems: readonly string[];
  readonly specs: readonly unknown[];
  /** The needs that are Secrets and ConfigMaps, with their remedies. */
  readonly needs: readonly string[];
}

/** A whole environment with a release, as synth checks it. */
function synthesized(delivery: Delivery, chart: ChartSource, more: Partial<NonNullable<Environment['releases']>[number]> = {}): Result {
  const environment: Environment = { delivery, namespace: 'tools', releases: [{ name: 'tool', namespace: 'tools', chart, ...more }] };
  const { files, problems } = synthesize({ trial: environment }, 'trial');
  const objects = [...files.values()].flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Manifest));
  const release = objects.filter(({ kind }) =>
    /^(HelmChart|HelmRelease|HelmRepository|OCIRepository|GitRepository|Application)$/.test(kind),
  );
  return {
    problems: problems.map(({ field, message, remedy }) => `${field}: ${message} ${remedy}`),
    specs: release.map(({ spec }) => spec),
    needs: objects
      .flatMap((object) => contractOf(object).needs ?? [])
      .filter(({ kind }) => kind === 'Secret' || kind === 'ConfigMap')
      .map((need) => `${formatReference(need)} <- ${need.remedy}`),
  };
}

test.each<[string, Delivery, ChartSource, object, string]>([
  [
    'k3s, repository',
    k3s(),
    withSecret(REPOSITORY, 'login'),
    { authSecret: { name: 'login' } },
    'Secret kube-system/login: password, username <- kubectl --namespace kube-system create secret generic login --type=kubernetes.io/basic-auth --from-file=password --from-file=username',
  ],
  [
    'k3s, registry',
    k3s(),
    withSecret(OCI, 'login'),
    { dockerRegistrySecret: { name: 'login' } },
    'Secret kube-system/login: .dockerconfigjson <- kubectl --namespace kube-system create secret generic login --type=kubernetes.io/dockerconfigjson --from-file=.dockerconfigjson=config.json',
  ],
  [
    'k3s, CA',
    k3s(),
    withCa(REPOSITORY, 'ca'),
    { repoCAConfigMap: { name: 'ca' } },
    'ConfigMap kube-system/ca: ca.crt <- kubectl --namespace kube-system create configmap ca --from-file=ca.crt',
  ],
  [
    'Flux, repository',
    flux(),
    withSecret(REPOSITORY, 'login'),
    { secretRef: { name: 'login' } },
    'Secret flux-system/login: password, username <- kubectl --namespace flux-system create secret generic login --from-file=password --from-file=username',
  ],
  [
    'Flux, registry',
    flux(),
    withSecret(OCI, 'login'),
    { secretRef: { name: 'login' } },
    'Secret flux-system/login: .dockerconfigjson <- kubectl --namespace flux-system create secret generic login --type=kubernetes.io/dockerconfigjson --from-file=.dockerconfigjson=config.json',
  ],
  [
    'Flux, git over SSH',
    flux(),
    withSecret(SSH, 'login'),
    { secretRef: { name: 'login' } },
    'Secret flux-system/login: identity, known_hosts <- kubectl --namespace flux-system create secret generic login --from-file=identity --from-file=known_hosts',
  ],
  [
    'Flux, CA',
    flux(),
    withCa(OCI, 'ca'),
    { certSecretRef: { name: 'ca' } },
    'Secret flux-system/ca: ca.crt <- kubectl --namespace flux-system create secret generic ca --from-file=ca.crt',
  ],
  [
    'Argo CD, repository',
    argoCd(),
    withSecret(REPOSITORY, 'login'),
    { source: { repoURL: 'https://charts.example.org' } },
    'Secret argocd/login: password, type, url, username <- kubectl --namespace argocd create secret generic login --from-literal=type=helm --from-literal=url=https://charts.example.org --from-file=password --from-file=username\n' +
      'kubectl --namespace argocd label secret login argocd.argoproj.io/secret-type=repository',
  ],
  [
    'Argo CD, git over SSH',
    argoCd(),
    withSecret(SSH, 'login'),
    { source: { repoURL: SSH.url } },
    'Secret argocd/login: sshPrivateKey, type, url <- kubectl --namespace argocd create secret generic login --from-literal=type=git --from-literal=url=ssh://git@git.example.org/tool --from-file=sshPrivateKey\n' +
      'kubectl --namespace argocd label secret login argocd.argoproj.io/secret-type=repository',
  ],
])('%s: the object names what is private, and asks the installer for it', (_, delivery, chart, spec, need) => {
  const { problems, specs, needs } = synthesized(delivery, chart);
  expect(problems).toEqual([]);
  expect(specs).toContainEqual(
    expect.objectContaining(
      Object.fromEntries(Object.entries(spec).map(([key, value]) => [key, expect.objectContaining(value as object)])),
    ),
  );
  expect(needs).toEqual([need]);
});

test('a need that the release declares itself is not declared again', () => {
  const own = { kind: 'Secret', namespace: 'kube-system', name: 'login', keys: ['username', 'password'], remedy: 'vault apply' };
  expect(synthesized(k3s(), withSecret(REPOSITORY, 'login'), { needs: [own] }).needs).toEqual([
    'Secret kube-system/login: password, username <- vault apply',
  ]);
});

test('Argo CD has the certificates of a CA by host: naming an object is a problem with the command', () => {
  expect(synthesized(argoCd(), withCa(OCI, 'ca')).problems).toEqual([
    'chart.ca: must be left out, because Argo CD reads certificates by host from argocd-tls-certs-cm; got "ca". Run: argocd cert add-tls registry.example.org --from ca.crt',
  ]);
});

test.each(['', 'My_Login', 'a/b'])('"%s" is not the name of a Secret', (name) => {
  expect(synthesized(k3s(), withSecret(GIT, name)).problems.join()).toContain(
    `chart.secret: must be lower-case letters, digits, "-" and "."`,
  );
  expect(synthesized(k3s(), withCa(OCI, name)).problems.join()).toContain(`chart.ca: must be lower-case letters, digits, "-" and "."`);
});
