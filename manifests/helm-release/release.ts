import type { FieldPath, YamlMap } from '../fields';
import type { Manifest, ObjectKey } from '../manifest';

/** A Helm release as the object that installs it describes it, for every delivery: a HelmChart, a HelmRelease or an Application. */
export interface InstalledRelease {
  /** Helm's name of the release. */
  readonly name: string;
  /** The namespace that the chart's objects are in, unless their templates name another. */
  readonly namespace: string;
  /** The namespace of Helm's own Secrets of this release. Left out: there are none, as under Argo CD, which only renders the chart. */
  readonly storageNamespace?: string;
  /** The chart's name in its repository, or its address. Empty while the source is not known. */
  readonly chart: string;
  /** The chart's own name without its address: `cvat` of `oci://registry-1.docker.io/cvat/cvat`. */
  readonly chartName: string;
  /** As it is written: an exact version, a range, or the tag of a git repository. */
  readonly version?: string;
  /** Whether the version is a tag of a git repository, which need not be a semantic version. */
  readonly git: boolean;
  /** What pins the content: the digest of an OCI artifact (`sha256:` and 64 hexadecimal digits), or the commit of a git repository. */
  readonly digest?: string;
  /** Whether the packaged chart is in the object itself, so that nothing is fetched. */
  readonly archive: boolean;
  /** The values that differ from the chart's own, as far as the object itself has them. */
  readonly values: YamlMap;
  /** Whether Secrets or ConfigMaps add values that are not in the object. */
  readonly valuesElsewhere: boolean;
  /** Whether the controller creates the release's namespace. */
  readonly createsNamespace: boolean;
  /** Whether the controller leaves the release alone: it is neither upgraded nor uninstalled. */
  readonly suspended: boolean;
  /** The longest name that works, and why. */
  readonly longestName: { readonly longest: number; readonly why: string };
  /** The Job that installs and upgrades the release. Left out where the controller does that itself. */
  readonly installJob?: ObjectKey;
  /** Where each field is, for findings. */
  readonly places: Readonly<Record<'name' | 'namespace' | 'storageNamespace' | 'chart' | 'version' | 'values', Place>>;
}

/** A field of an object. A chart's version can be in the source object that a HelmRelease refers to. */
export interface Place {
  readonly manifest: Manifest;
  readonly path: FieldPath;
}

/** Finds another object of the same environment. */
export type FindObject = (key: ObjectKey) => Manifest | undefined;

/** Reads the object of one delivery. A delivery is one such entry, and one file in constructs/helm/delivery that writes what it reads. */
export type ReadRelease = (manifest: Manifest & { readonly spec: YamlMap }, find: FindObject) => InstalledRelease | undefined;
