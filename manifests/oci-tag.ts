/**
 * The tag of a chart in a registry. A tag cannot contain "+", and Helm pushes and pulls a version such as `1.2.3+build.1` under `1.2.3_build.1`:
 * https://helm.sh/docs/topics/registries/
 */
export function tagOfVersion(version: string): string {
  return version.replaceAll('+', '_');
}

/** The version of a chart by its tag. */
export function versionOfTag(tag: string): string {
  return tag.replaceAll('_', '+');
}
