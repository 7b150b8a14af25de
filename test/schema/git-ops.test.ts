import { argoCdGitOps } from '../../constructs/git-ops/argo-cd';
import { fluxGitOps } from '../../constructs/git-ops/flux';
import { artifactSource, type GitOps, gitSource } from '../../constructs/git-ops/git-ops';
import { APPLICATION_LUA, HEALTHS } from '../../constructs/git-ops/health';
import type { Delivery } from '../../constructs/helm/delivery';
import { argoCd } from '../../constructs/helm/delivery/argo-cd';
import { flux } from '../../constructs/helm/delivery/flux';
import { Platform } from '../../constructs/platform';
import { environments } from '../fixtures/environments';
import { compileRule } from './cel';
import { toCel } from './cel-value';
import type { KubernetesObject } from './crd';
import { health } from './lua';
import { upstreamSchemas } from './schemas';

const GIT = gitSource('https://example.org/platform', { branch: 'main', secret: 'git' });
const ARTIFACT = artifactSource('oci://ghcr.io/example/platform', { tag: 'latest' });

describe('the objects of gitOps pass their CRDs', () => {
  test.each<[string, GitOps, Delivery, string[]]>([
    ['Flux from git', fluxGitOps({ source: GIT }), flux(), ['GitRepository', 'Kustomization']],
    ['Flux from an artifact', fluxGitOps({ source: ARTIFACT }), flux(), ['Kustomization', 'OCIRepository']],
    ['Argo CD from git', argoCdGitOps({ source: GIT }), argoCd(), ['Application']],
    ['Argo CD from an artifact', argoCdGitOps({ source: ARTIFACT }), argoCd(), ['Application']],
  ])('%s', (_, gitOps, delivery, kinds) => {
    const objects = Object.entries(environments).flatMap(([environment, given]) => {
      const stages = new Platform(environment, { ...given, delivery }).stages();
      return [...gitOps.files({ environment, folder: `dist/${environment}`, stages }).values()].flat() as unknown as KubernetesObject[];
    });
    const custom = objects.filter(({ apiVersion }) => /^(source|kustomize)\.toolkit\.fluxcd\.io\/|^argoproj\.io\//.test(apiVersion));
    expect([...new Set(custom.map(({ kind }) => kind))].sort()).toEqual(kinds);
    const found = custom.flatMap((object) => {
      const plain = JSON.parse(JSON.stringify(object)) as KubernetesObject;
      return (
        upstreamSchemas()
          .get(`${object.apiVersion.split('/')[0] ?? ''}/${object.kind}`)
          ?.findings(plain) ?? ['no CRD']
      );
    });
    expect(found).toEqual([]);
  });
});

/** Whether an object is ready by the expression, over its fields, and by the script. */
function readyBy(kind: string, object: Readonly<Record<string, unknown>>): { cel: boolean; lua: boolean } {
  const known = HEALTHS.find((one) => one.kind === kind);
  if (!known) throw new Error(`no health of ${kind}`);
  const rule = known.cel.replace(/(?<![\w.])(status|spec|metadata)\./g, 'self.$1.');
  return { cel: compileRule({ rule }).holds(toCel(object, undefined)), lua: health(known.lua, object).status === 'Healthy' };
}

const metadata = { name: 'a', generation: 2 };

describe('a PostgresCluster is ready for Flux and Argo CD', () => {
  const spec = {
    instances: [{ name: 'instance1', replicas: 2 }],
    backups: { pgbackrest: { repos: [{ name: 'repo1' }, { name: 'repo2' }] } },
  };
  const instances = [{ name: 'instance1', replicas: 2, readyReplicas: 2 }];
  const repos = [
    { name: 'repo1', stanzaCreated: true },
    { name: 'repo2', stanzaCreated: true },
  ];
  const status = { observedGeneration: 2, instances, pgbackrest: { repos } };

  test.each<[string, object, object, boolean]>([
    ['with all instances and stanzas', spec, status, true],
    ['without backups', { instances: spec.instances }, { observedGeneration: 2, instances }, true],
    ['without a status', spec, {}, false],
    ['of another generation', spec, { ...status, observedGeneration: 1 }, false],
    ['with an instance that is not ready', spec, { ...status, instances: [{ name: 'instance1', replicas: 2, readyReplicas: 1 }] }, false],
    ['with too few instances', spec, { ...status, instances: [{ name: 'instance1', replicas: 1, readyReplicas: 1 }] }, false],
    ['with no instances', spec, { ...status, instances: [] }, false],
    [
      'that is shut down for an upgrade',
      { ...spec, shutdown: true },
      { ...status, instances: [{ name: 'instance1', replicas: 0 }] },
      false,
    ],
    ['without one stanza', spec, { ...status, pgbackrest: { repos: [repos[0], { name: 'repo2' }] } }, false],
    ['without one repository', spec, { ...status, pgbackrest: { repos: [repos[0]] } }, false],
    ['without any repository', spec, { observedGeneration: 2, instances }, false],
  ])('%s', (_, wanted, found, ready) => {
    expect(readyBy('PostgresCluster', { metadata, spec: wanted, status: found })).toEqual({ cel: ready, lua: ready });
  });
});

describe('an AppUser is ready for Flux and Argo CD', () => {
  const condition = (value: string): object => ({ observedGeneration: 2, conditions: [{ type: 'Ready', status: value }] });

  test.each<[string, object, boolean]>([
    ['with its account', condition('True'), true],
    ['without its account', condition('False'), false],
    ['without a status', {}, false],
    ['without conditions', { observedGeneration: 2 }, false],
    ['of another generation', { ...condition('True'), observedGeneration: 1 }, false],
  ])('%s', (_, status, ready) => {
    expect(readyBy('AppUser', { metadata, spec: {}, status })).toEqual({ cel: ready, lua: ready });
  });
});

test('an Application is as healthy as Argo CD says, and progressing before it says anything', () => {
  expect(health(APPLICATION_LUA, { status: { health: { status: 'Degraded', message: 'no' } } })).toEqual({
    status: 'Degraded',
    message: 'no',
  });
  expect(health(APPLICATION_LUA, {})).toEqual({ status: 'Progressing', message: '' });
});
