import type { Finding } from '../../manifests/finding';
import { hostName, objectName } from '../syntax/name';
import type { Backup, Restore } from './backup';

type FieldFinding = [field: string, finding: Finding | undefined];

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html; containers of Azure follow the same rule without dots. */
const BUCKET = /^(?![0-9.]+$)(?!.*\.\.)[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/;

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
            [`${field}.path`, sharedPath(backups, index)],
          ];
        case 'azure':
          return [
            [`${field}.container`, bucket(backup.container)],
            [`${field}.credentials`, secretName(backup.credentials)],
            [`${field}.path`, absolute(backup.path)],
            [`${field}.path`, sharedPath(backups, index)],
          ];
      }
    }),
    ...restoreFindings(restore),
  ];
}

function restoreFindings(restore: Restore | undefined): FieldFinding[] {
  if (restore === undefined || restore.kind === 'cluster') return [];
  const place: FieldFinding[] = restore.kind === 's3' ? s3Findings('restore', restore) : [['restore.container', bucket(restore.container)]];
  return [...place, ['restore.credentials', secretName(restore.credentials)], ['restore.path', absolute(restore.path)]];
}

function s3Findings(
  field: string,
  location: { readonly bucket: string; readonly endpoint: string; readonly region: string },
): FieldFinding[] {
  return [
    [`${field}.bucket`, bucket(location.bucket)],
    [`${field}.endpoint`, endpoint(location.endpoint)],
    [`${field}.region`, /^[A-Za-z0-9-]+$/.test(location.region) ? undefined : region(location.region)],
  ];
}

function secretName(name: string | undefined): Finding | undefined {
  return name === undefined ? undefined : objectName(name);
}

function bucket(value: string): Finding | undefined {
  if (BUCKET.test(value)) return undefined;
  const [, name = ''] = /^(?:[a-z0-9]+:\/\/)?([^/]*)/i.exec(value) ?? [];
  const remedy = BUCKET.test(name)
    ? `Did you mean "${name}"? A folder goes into \`path\`.`
    : 'Use lower-case letters, digits, "-" and ".", at most 63.';
  return { message: `must be a bucket name, without scheme and path; got "${value}".`, remedy };
}

/** With a port where it is not 443: `minio.example.com:9000`. */
function endpoint(value: string): Finding | undefined {
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

/** pgBackRest overwrites the backups of a repository by those of another one with the same path. */
function sharedPath(backups: readonly Backup[], index: number): Finding | undefined {
  const place = placeOf(backups[index]);
  const first = backups.findIndex((other) => place !== undefined && placeOf(other) === place);
  if (place === undefined || first >= index) return undefined;
  return {
    message: `must be different for each repository; backups[${first}] has the same bucket and path.`,
    remedy: 'Use another path, or remove it to use the default.',
  };
}

function placeOf(backup: Backup | undefined): string | undefined {
  if (backup === undefined || backup.kind === 'volume' || backup.path === undefined) return undefined;
  const path = backup.path.replace(/\/+$/, '');
  return backup.kind === 's3' ? `${backup.endpoint} ${backup.bucket} ${path}` : `${backup.container} ${path}`;
}
