import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiNames, Plain, PlainPart } from '../../constructs/plain';
import type { PostgresClusterSpec } from '../../imports/postgres-operator.crunchydata.com';

const IMPORTS = join(__dirname, '../../imports');

/** Every name of ApiNames, by the compiler: it refuses this constant when one is missing, is too many, or is another. */
const NAMES: { readonly [Key in keyof ApiNames]: ApiNames[Key] } = {
  customReplicationTlsSecret: 'customReplicationTLSSecret',
  customTlsSecret: 'customTLSSecret',
  databaseInitSql: 'databaseInitSQL',
  downwardApi: 'downwardAPI',
  hostIp: 'hostIP',
  insecureSkipTlsVerify: 'insecureSkipTLSVerify',
  perDbMetricTargets: 'perDBMetricTargets',
  pgWalVolume: 'pgWALVolume',
  plainHttp: 'plainHTTP',
  postGisVersion: 'postGISVersion',
  repoCa: 'repoCA',
  repoCaConfigMap: 'repoCAConfigMap',
};

const GENERATED = readdirSync(IMPORTS).filter((file) => file.endsWith('.ts'));
/** The fields of everything in imports/: `'postGISVersion': obj.postGisVersion,` or `'customTLSSecret': toJson_…(obj.customTlsSecret),`. */
const FIELDS = GENERATED.flatMap((file) => {
  const assignments = readFileSync(join(IMPORTS, file), 'utf8').matchAll(/^\s+'(?<api>[^']+)':.*?\bobj\.(?<generated>\w+)/gm);
  return [...assignments].map(({ groups = {} }) => ({ generated: groups['generated'] ?? '', api: groups['api'] ?? '' }));
});

test('ApiNames are the names that `cdk8s import` changes, and no others', () => {
  const changed = FIELDS.filter(({ generated, api }) => generated !== api);
  expect(Object.fromEntries(changed.map(({ generated, api }) => [generated, api]))).toEqual(NAMES);
});

test('a name is changed everywhere in the same way, so that one list is enough', () => {
  const names = new Map(FIELDS.map(({ generated, api }) => [generated, api]));
  expect(FIELDS.length).toBeGreaterThan(1000);
  expect(FIELDS.filter(({ generated, api }) => names.get(generated) !== api)).toEqual([]);
});

test('plain data has the names, the quantities and the words of the API', () => {
  // What is asserted here is that it compiles.
  const spec: Plain<PostgresClusterSpec> = {
    postgresVersion: 15,
    postGISVersion: '3.4',
    customTLSSecret: { name: 'certificate' },
    databaseInitSQL: { name: 'scripts', key: 'init.sql' },
    instances: [
      { dataVolumeClaimSpec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '5Gi' }, limits: { storage: 5 } } } },
    ],
    backups: { pgbackrest: { repos: [{ name: 'repo1' }] } },
  };
  const part: PlainPart<PostgresClusterSpec> = { instances: [{ name: 'instance1' }], backups: { pgbackrest: { image: 'one' } } };
  // @ts-expect-error the name that `cdk8s import` writes is none of PGO's
  const wrong: PlainPart<PostgresClusterSpec> = { postGisVersion: '3.4' };
  // @ts-expect-error a field that PGO does not have
  const unknown: PlainPart<PostgresClusterSpec> = { replica: 1 };
  expect([spec, part, wrong, unknown]).toHaveLength(4);
});
