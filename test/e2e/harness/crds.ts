import { basename, join } from 'node:path';
import type { Manifest } from '../../../manifests/manifest';
import { type CrdSource, crdSources, crdText, findCrds, storedPath } from '../../../scripts/crd-sources';
import type { Kubectl } from './kubectl';
import { served } from './served';

/** The CRD of another project: as it was released if CRDS_DIR or the cache has it, or else from imports/schemas/. */
export class Crd {
  /** `postgresclusters.postgres-operator.crunchydata.com` */
  readonly name: string;
  private readonly group: string;
  private knownKind: string | undefined;

  constructor(private readonly source: CrdSource) {
    // Argo CD names its files by the singular alone.
    const [group = '', plural = ''] = source.file.endsWith('application-crd.yaml')
      ? ['argoproj.io', 'applications']
      : basename(source.file, '.yaml').split('_');
    this.group = group;
    this.name = `${plural}.${group}`;
  }

  get path(): string {
    const crds = findCrds();
    return 'folder' in crds ? join(crds.folder, this.source.file) : storedPath(this.source);
  }

  /** Whether the object is one of this kind. */
  defines({ apiVersion, kind }: Manifest): boolean {
    return apiVersion.startsWith(`${this.group}/`) && kind === this.kind;
  }

  private get kind(): string | undefined {
    // Its place is spec.names.kind. A parser would take a second for PGO's.
    return (this.knownKind ??= /(?:^ {4}kind: |"names":\{[^}]*"kind":")(\w+)/m.exec(crdText(this.source))?.[1]);
  }
}

export const CRDS: readonly Crd[] = crdSources.map((source) => new Crd(source));

/** One of the CRDs by its name. */
export function crd(name: string): Crd {
  const found = CRDS.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`scripts/crd-sources.ts has no ${name}`);
  return found;
}

/** Installs CRDs as their projects' charts do, and returns when the kinds are served. */
export async function install(kubectl: Kubectl, crds: readonly Crd[]): Promise<void> {
  await kubectl.output(['apply', '--server-side', ...crds.flatMap(({ path }) => ['-f', path])]);
  await served(kubectl, ...crds.map(({ name }) => name));
}
