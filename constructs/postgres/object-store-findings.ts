import type { Finding } from '../../manifests/finding';
import { hostName, objectName } from '../syntax/name';
import type { Backup, Restore } from './backup';

type FieldFinding = [field: string, finding: Finding | undefined];

interface Naming {
  readonly what: string;
  readonly pattern: RegExp;
  readonly rule: string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET: Naming = {
  what: 'a bucket name',
  pattern: /^(?![0-9.]+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  rule: 'Use 3 to 63 lower-case letters, digits, "-" and ".".',
};

/** https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata#container-names */
const CONTAINER: Naming = {
  what: "a container's name",
  pattern: /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/,
  rule: 'Use 3 to 63 lower-case letters and digits, with single "-" between them.',
};

/** Findings about S3 and Azure: PGO's CRD accepts any text in these fields, and the first backup fails. */
export function objectStoreFindings(backups: readonly Backup[], restore: Restore | undefined): FieldFinding[] {
  return [
    ...backups.flatMap((backup, index): FieldFinding[] => {
      const field = `backups[${index}]`;
      switch (backup.kind) {
        case 'volume':
          return [];
        case 's3':
          return [
            ...s3Findings(field, backup),
            [`${field}.credentials`, secretName(backup.credentials)],
            [`${field}.path`, absolute(backup.path)],
          ];
        case 'azure':
          return [
            [`${field}.container`, objectStoreName(backup.container, CONTAINER)],
            [`${field}.credentials`, secretName(backup.credentials)],
            [`${field}.path`, absolute(backup.path)],
          ];
      }
    }),
    ...restoreFindings(restore),
  ];
}

function restoreFindings(restore: Restore | undefined): FieldFinding[] {
  if (restore === undefined || restore.kind === 'cluster') return [];
  const place: FieldFinding[] =
    restore.kind === 's3' ? s3Findings('restore', restore) : [['restore.container', objectStoreName(restore.container, CONTAINER)]];
  return [...place, ['restore.credentials', secretName(restore.credentials)], ['restore.path', absolute(restore.path)]];
}

function s3Findings(
  field: string,
  location: { readonly bucket: string; readonly endpoint: string; readonly region: string },
): FieldFinding[] {
  return [
    [`${field}.bucket`, objectStoreName(location.bucket, BUCKET)],
    [`${field}.endpoint`, endpoint(location.endpoint)],
    [`${field}.region`, /^[A-Za-z0-9-]+$/.test(location.region) ? undefined : region(location.region)],
  ];
}

function secretName(name: string | undefined): Finding | undefined {
  return name === undefined ? undefined : objectName(name);
}

function objectStoreName(value: string, { what, pattern, rule }: Naming): Finding | undefined {
  if (pattern.test(value)) return undefined;
  const [, name = ''] = /^(?:[a-z0-9]+:\/\/)?([^/]*)/i.exec(value) ?? [];
  const remedy = name !== value && pattern.test(name) ? `Did you mean "${name}"? A folder goes into \`path\`.` : rule;
  return { message: `must be ${what}, without scheme and path; got "${value}".`, remedy };
}

/** With a port where it is not 443: `minio.example.com:9000`. */
function endpoint(given: unknown): Finding | undefined {
  const value = String(given);
  if (value.includes('@')) {
    return {
      message: 'must be a host without credentials, because it is committed; got an address with "@".',
      remedy: 'Remove them, and put them into the Secret that `credentials` names. Replace them if they were committed.',
    };
  }
  const [, host = '', port] = /^\s*(?:[a-z0-9]+:\/\/)?([^/:\s]*)(?::([0-9]+))?/i.exec(value) ?? [];
  const isPort = port === undefined || (Number(port) > 0 && Number(port) < 65536);
  const better = `${host.toLowerCase()}${port === undefined ? '' : `:${port}`}`;
  const isHost = hostName(host.toLowerCase()) === undefined || /^[0-9]+(\.[0-9]+){3}$/.test(host);
  if (isHost && isPort && value === better) return undefined;
  const remedy = isHost && isPort ? `Did you mean "${better}"?` : 'Use a host, such as "s3.eu-west-1.amazonaws.com".';
  return { message: `must be a host, optionally with a port, without scheme and path; got "${value}".`, remedy };
}

function region(value: string): Finding {
  return {
    message: `must be the region of the bucket; got "${value}".`,
    remedy: 'Use its name, such as "eu-west-1". Other services than AWS accept "us-east-1".',
  };
}

function absolute(path: string | undefined): Finding | undefined {
  if (path === undefined || /^\/[^\s\\]*$/.test(path)) return undefined;
  const better = `/${path.trim().replace(/^\/+/, '')}`;
  return {
    message: `must be an absolute path; got "${path}".`,
    remedy: /^\/[^\s\\:]+$/.test(better) ? `Did you mean "${better}"?` : 'Use a path such as "/pgbackrest".',
  };
}
