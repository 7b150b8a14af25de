/**
 * The upstream CRDs from which imports/ is generated and against which dist/ is tested. They are not in this repository: a table has the origin and
 * the checksum of each.
 */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, isAbsolute, join } from 'node:path';
import { sha256 } from '../manifests/sha256';

export interface CrdSource {
  /** The path below CRDS_DIR, and below the cache of `npm run fetch-crds`. */
  readonly file: string;
  /** The repository on GitHub. */
  readonly repository: string;
  readonly tag: string;
  readonly path: string;
  readonly sha256: string;
  /**
   * The releases whose CRD differs from this one in descriptions only, as a range of semantic versions. For a CRD that dist/ contains: a release
   * of another version is a finding of synth.
   */
  readonly releases?: string;
}

/** `folder` and `path` are without the name that the file has in both. */
const upstream = (folder: string, repository: string, tag: string, path: string, files: Readonly<Record<string, string>>): CrdSource[] =>
  Object.entries(files).map(([name, sha256]) => ({ file: `${folder}/${name}`, repository, tag, path: `${path}/${name}`, sha256 }));

/**
 * PGO changes its CRDs in patch releases, too: those of 5.8.6 have fewer fields. In these releases the files are the same bytes, except for that of
 * PostgresClusters in 5.8.7: see `sameWithoutProse`.
 */
const PGO_RELEASES = '5.8.7 - 5.8.9';

export const crdSources: readonly CrdSource[] = [
  ...upstream('postgres-operator-v5.8.9', 'CrunchyData/postgres-operator', 'v5.8.9', 'config/crd/bases', {
    'postgres-operator.crunchydata.com_postgresclusters.yaml': '450f7b5633db2bb549309c47acc321d8f741ccc0e2e31d3ed144d08b3cc31c0b',
    'postgres-operator.crunchydata.com_pgupgrades.yaml': 'bafd55fd919d0eb66a9ec675e7ed0911ed832721f462ce914a3f5dca4b664aea',
    'postgres-operator.crunchydata.com_pgadmins.yaml': 'f27e724914df0583ff64ebbbf8017319cc6e251c6b2561fdf9128868c05dc091',
    'postgres-operator.crunchydata.com_crunchybridgeclusters.yaml': 'c5d7e3fb648c3db19af5c6528808bf0d6c5e9dc1250443424133111dd9811d5d',
  }).map((source) => ({ ...source, releases: PGO_RELEASES })),
  ...upstream('helm-controller-v0.17.7', 'k3s-io/helm-controller', 'v0.17.7', 'pkg/crds/yaml/generated', {
    'helm.cattle.io_helmcharts.yaml': '7027751a0e57272a24efe0cda3c9f4579d38bd3a9f1f79b97437ae16e849d62b',
  }),
  ...upstream('gateway-api-v1.6.1', 'kubernetes-sigs/gateway-api', 'v1.6.1', 'config/crd/standard', {
    'gateway.networking.k8s.io_httproutes.yaml': 'a424a0d6c953b162e71d1d97bb7e75012d8f1ac264e7274f2763d1b96ab39852',
    'gateway.networking.k8s.io_gateways.yaml': '25b885f5870b8fff1ae82efa2628b2761cef3745900c2aecf8fb76629a01255a',
  }),
  ...upstream('flux-helm-controller-v1.6.3', 'fluxcd/helm-controller', 'v1.6.3', 'config/crd/bases', {
    'helm.toolkit.fluxcd.io_helmreleases.yaml': 'aa8638ac68465ceac1f93a617baf5be833c589c51fd78a7384a4a274c252becc',
  }),
  ...upstream('flux-source-controller-v1.9.1', 'fluxcd/source-controller', 'v1.9.1', 'config/crd/bases', {
    'source.toolkit.fluxcd.io_gitrepositories.yaml': '39a5a46c81539c992abc53f9be3e5434cd70d50a10d169b1e8a450e0df1c9d09',
    'source.toolkit.fluxcd.io_helmcharts.yaml': 'dc0158d014e90007c0a084973ef561cd20d3d44520ed4e604e8acff8bb19d2b0',
    'source.toolkit.fluxcd.io_helmrepositories.yaml': '97c7759df00946cbb9a75a56457cff9964b2543d2248df859cef21e26b8e2ae6',
    'source.toolkit.fluxcd.io_ocirepositories.yaml': '2655834d468e46a533410d9e2bc3f4e7cbf9b4c922b95652012acb09bfb2545a',
  }),
  ...upstream('flux-kustomize-controller-v1.9.4', 'fluxcd/kustomize-controller', 'v1.9.4', 'config/crd/bases', {
    'kustomize.toolkit.fluxcd.io_kustomizations.yaml': 'da23ca0e6b4c80d3d26a91583137491e147ef4ef1e2208aece0d0af4ef851974',
  }),
  ...upstream('argo-cd-v3.5.1', 'argoproj/argo-cd', 'v3.5.1', 'manifests/crds', {
    'application-crd.yaml': '5dde0e229249b6b707beb98674c1deae3949d5c319a6c45b9f5a80c99618e40c',
  }),
  ...upstream('cert-manager-v1.21.1', 'cert-manager/cert-manager', 'v1.21.1', 'deploy/crds', {
    'cert-manager.io_certificates.yaml': '7ad91029c00ec959d54215b19d3b1a9b7e0247eaa60f987151c2b70d8661f8af',
  }),
];

/** Files of other releases that differ from those above in descriptions only. A test compares them where `fetch-crds` got them. */
export const sameWithoutProse: readonly CrdSource[] = upstream(
  'postgres-operator-v5.8.7',
  'CrunchyData/postgres-operator',
  'v5.8.7',
  'config/crd/bases',
  { 'postgres-operator.crunchydata.com_postgresclusters.yaml': 'd23bab6020183779f85f6edd91b9ff56d83223426e94dd3a372fd2b531324e60' },
);

/** An error that the user can fix. Only its message is printed, without a stack trace. */
export class CrdProblem extends Error {
  override readonly name = 'CrdProblem';
}

/** A folder of CRDs, or why there is none. */
export type CrdFolder = { readonly folder: string; readonly from: 'CRDS_DIR' | 'cache' } | { readonly missing: string };

/** The cache of `npm run fetch-crds`: outside of the repository, so that all checkouts share it. */
export function crdCache(environment: NodeJS.ProcessEnv = process.env): string {
  const configured = environment['XDG_CACHE_HOME'];
  // The XDG Base Directory Specification ignores a relative path.
  const caches = configured !== undefined && isAbsolute(configured) ? configured : join(environment['HOME'] || home(), '.cache');
  return join(caches, 'third-party-platform', 'crds');
}

function home(): string {
  try {
    return homedir();
  } catch {
    // Neither HOME nor an entry in /etc/passwd.
    throw new CrdProblem('HOME: must be set, or XDG_CACHE_HOME or CRDS_DIR; got none. Set CRDS_DIR to a folder that has the CRDs.');
  }
}

/** The folder CRDS_DIR if it is set, without a look at its content; otherwise the cache, if it is complete. */
export function findCrds(environment: NodeJS.ProcessEnv = process.env): CrdFolder {
  const given = environment['CRDS_DIR'];
  if (given !== undefined && given !== '') return { folder: given, from: 'CRDS_DIR' };
  const folder = crdCache(environment);
  const absent = crdSources.filter(({ file }) => !existsSync(join(folder, file)));
  if (absent.length === 0) return { folder, from: 'cache' };
  const what =
    absent.length === crdSources.length ? 'no upstream CRDs found' : `the CRD cache has no ${absent.map(({ file }) => file).join(', ')}`;
  return { missing: `${what}: run "npm run fetch-crds" once, or set CRDS_DIR to a folder that has them.` };
}

/** The file of a CRD in imports/schemas/. */
export function storedPath(source: CrdSource): string {
  return join(__dirname, '..', 'imports', 'schemas', storedName(source));
}

/** The name of that file. */
export function storedName({ file }: CrdSource): string {
  return basename(file).replace(/\.yaml$/, '.json');
}

/**
 * A CRD as it was released, if CRDS_DIR or the cache has it, or else from imports/schemas/, which has the same facts without the descriptions.
 * Both are YAML.
 */
export function crdText(source: CrdSource): string {
  const crds = findCrds();
  if ('folder' in crds) return readCrd(crds.folder, source);
  return readFileSync(storedPath(source), 'utf8');
}

/** A CRD as it was released. Anything else is a problem: what is written or tested by it would be wrong. */
export function readCrd(folder: string, { file, repository, tag, sha256: expected }: CrdSource): string {
  const path = join(folder, file);
  const remedy = `Get it with "npm run fetch-crds", and unset CRDS_DIR or set it to a folder that has it.`;
  if (!existsSync(path)) throw new CrdProblem(`${path} is missing: the CRD of ${repository} ${tag}.\n${remedy}`);
  const content = readFileSync(path);
  if (sha256(content) !== expected) {
    throw new CrdProblem(
      `${path} is not the file of ${repository} ${tag}: its SHA-256 is ${sha256(content)}, and should be ${expected}.\n${remedy}`,
    );
  }
  return content.toString('utf8');
}
