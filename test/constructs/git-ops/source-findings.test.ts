import { argoCdGitOps } from '../../../constructs/git-ops/argo-cd';
import { fluxGitOps } from '../../../constructs/git-ops/flux';
import { artifactSource, type GitOpsSource, gitSource } from '../../../constructs/git-ops/git-ops';
import { fromOci } from '../../../constructs/helm/chart-source';
import { argoCd } from '../../../constructs/helm/delivery/argo-cd';
import { flux } from '../../../constructs/helm/delivery/flux';
import type { Environment } from '../../../constructs/platform';
import { local } from '../../fixtures/environments/local';
import { synthesize } from '../../fixtures/synthesize';

const GIT = gitSource('https://github.com/example/platform', { branch: 'main' });
const byFlux = (source: GitOpsSource): Environment => ({ ...local, delivery: flux(), gitOps: fluxGitOps({ source }) });
const byArgoCd = (source: GitOpsSource): Environment => ({ ...local, delivery: argoCd(), gitOps: argoCdGitOps({ source }) });
const release = (name: string): Environment['releases'] => [
  { name, namespace: 'tools', chart: fromOci('oci://registry.example.org/tool', '1.2.3') },
];

function problems(environment: Environment, name = 'local'): string[] {
  const { problems: found } = synthesize({ [name]: environment });
  return found.map(({ path, field, message, remedy }) => `${path} ${field}: ${message} ${remedy}`);
}

const git = (url: string): GitOpsSource => gitSource(url, { branch: 'main' });
const artifact = (url: string, tag = 'latest'): GitOpsSource => artifactSource(url, { tag });
const OCI = 'oci://ghcr.io/example/platform';
const SCHEME = 'must be an address that starts with https:// or http:// or ssh://; got';
const DIGEST = `sha256:${'a'.repeat(64)}`;

describe.each([
  ['Flux', byFlux],
  ['Argo CD', byArgoCd],
])('%s', (_, by) => {
  test.each<[string, GitOpsSource, string]>([
    [
      'a password',
      git('https://user:hunter2@github.com/example/platform'),
      'url: must not contain credentials or a query, because it is committed; got an address of github.com with one.',
    ],
    ['a token', git('https://hunter2@github.com/example/platform'), 'url: must not contain credentials'],
    ['a password of a registry', artifact('oci://user:hunter2@ghcr.io/example/platform'), 'url: must not contain credentials'],
    [
      'an address of ssh without a scheme',
      git('git@github.com:example/platform.git'),
      `url: ${SCHEME} "git@github.com:example/platform.git". Did you mean "ssh://git@github.com/example/platform.git"?`,
    ],
    ['a host and a path', git('github.com/example/platform'), `url: ${SCHEME} "github.com/example/platform".`],
    ['a registry as git', git(OCI), `url: ${SCHEME} "${OCI}".`],
    [
      'a branch as a ref',
      gitSource(GIT.url, { branch: 'refs/heads/main' }),
      'branch: must be the name of a branch; got "refs/heads/main".',
    ],
    ['no branch', gitSource(GIT.url, { branch: '' }), 'branch: must be the name of a branch; got "".'],
    [
      'a tag in the address',
      artifact(`${OCI}:latest`),
      `url: must be a registry with a path, without tag and digest; got "${OCI}:latest". Remove ":latest": it is a field of its own.`,
    ],
    ['a digest in the address', artifact(`${OCI}@${DIGEST}`), 'url: must be a registry with a path, without tag and digest'],
    ['a registry without scheme', artifact('ghcr.io/example/platform'), 'url: must be an address that starts with oci://'],
    [
      'a digest as tag',
      artifact(OCI, DIGEST),
      `tag: must be a tag of the artifact; got "${DIGEST}". Use a tag that is moved to each new artifact, such as "latest": a digest would never change.`,
    ],
    ['no tag', artifact(OCI, ''), 'tag: must be a tag of the artifact; got "".'],
    ['a Secret in capitals', gitSource(GIT.url, { branch: 'main', secret: 'My_Secret' }), 'secret: must be lower-case letters'],
  ])('%s in the source is one problem, without the password', (_what, source, expected) => {
    const [first = '', ...others] = problems(by(source));
    expect(others).toEqual([]);
    expect(first).toContain(` gitOps.source.${expected}`);
    expect(first).not.toContain('hunter2');
  });

  test.each<[string, GitOpsSource]>([
    ['a branch with a slash', gitSource(GIT.url, { branch: 'release/2026' })],
    ['ssh', git('ssh://git@github.com/example/platform')],
    ['a slash at the end', git('https://github.com/example/platform/')],
    ['a registry with a port', artifact('oci://registry.example.org:5000/platform', '2026-11')],
  ])('accepts %s', (_what, source) => {
    expect(problems(by(source))).toEqual([]);
  });

  test.each(['Prod', 'prod_eu', 'prod eu', '..', '', 'gitops'])('the environment "%s" is refused', (name) => {
    expect(problems(by(GIT), name)).toEqual([expect.stringMatching(/^ name: must be /)]);
  });
});

test('a stage whose Kustomization has a longer name than a label may have is a problem of Flux', () => {
  const named = (length: number): string[] => problems({ ...byFlux(GIT), releases: release('a'.repeat(length)) }, 'production');
  expect(named(49)).toEqual([]);
  expect(named(50)).toEqual([
    `70-${'a'.repeat(50)} gitOps, name of the Kustomization: must have at most 63 characters, because Flux labels each object of the stage with it; got 64: "production-70-${'a'.repeat(50)}". Use a shorter name for the release or the environment.`,
  ]);
  expect(problems({ ...byArgoCd(GIT), releases: release('a'.repeat(53)) }, 'production')).toEqual([]);
});

test.each([
  ['cvat', 'tool', '50-cvat', 'cvat'],
  ['prod', 'prod', '70-prod', 'prod'],
  ['prod', 'prod-30-postgres', '70-prod-30-postgres', 'prod-30-postgres'],
])('with Argo CD, environment %s and release %s have one Application twice, which is a problem', (environment, name, stage, twice) => {
  expect(problems({ ...byArgoCd(GIT), releases: release(name) }, environment)).toEqual([
    `${stage} gitOps: must not have the name of an Application that applies the stages; got Application argocd/${twice}. Rename the release or the environment.`,
  ]);
  expect(problems({ ...byFlux(GIT), releases: release(name) }, environment)).toEqual([]);
});
