/**
 * The types that `cdk8s import` writes, as plain data with the names that the API itself uses.
 *
 * The generated types want `Quantity.fromString('5Gi')` where people write `'5Gi'`, and write `databaseInitSql` where PGO's documentation
 * writes `databaseInitSQL`. Data in the API's own words can be compared with upstream's documentation, and needs no class at run time:
 * loading PGO's class (2 MB) would take longer than synthesizing everything.
 */
export type Plain<T> = T extends string
  ? `${T}`
  : T extends number | boolean | null | undefined
    ? T
    : T extends { readonly value: infer Union }
      ? keyof T extends 'value'
        ? Union
        : PlainObject<T>
      : T extends readonly (infer Item)[]
        ? readonly Plain<Item>[]
        : T extends object
          ? PlainObject<T>
          : T;

type PlainObject<T> = { readonly [Key in keyof T as Key extends keyof ApiNames ? ApiNames[Key] : Key]: Plain<T[Key]> };

/** Plain, with every field of it optional: what is merged over a complete object. */
export type PlainPart<T> = DeepPartial<Plain<T>>;

type DeepPartial<T> = T extends readonly (infer Item)[]
  ? readonly DeepPartial<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]?: DeepPartial<T[Key]> }
    : T;

/** The names that `cdk8s import` changes: it writes acronyms as words. A test holds this list against imports/. */
export interface ApiNames {
  customReplicationTlsSecret: 'customReplicationTLSSecret';
  customTlsSecret: 'customTLSSecret';
  databaseInitSql: 'databaseInitSQL';
  downwardApi: 'downwardAPI';
  hostIp: 'hostIP';
  insecureSkipTlsVerify: 'insecureSkipTLSVerify';
  perDbMetricTargets: 'perDBMetricTargets';
  pgWalVolume: 'pgWALVolume';
  plainHttp: 'plainHTTP';
  postGisVersion: 'postGISVersion';
  repoCa: 'repoCA';
  repoCaConfigMap: 'repoCAConfigMap';
}
