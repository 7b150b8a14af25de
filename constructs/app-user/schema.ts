import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Manifest } from '../../manifests/manifest';

/** The CRD of an AppUser, as it is applied: the one source of its names, its fields and its rules. */
export const appUserCrd = parse(readFileSync(join(__dirname, 'app-user.crd.yaml'), 'utf8')) as Manifest & { spec: CrdSpec };

interface CrdSpec {
  readonly versions: readonly [{ readonly schema: { readonly openAPIV3Schema: { readonly properties: { readonly spec: SpecSchema } } } }];
}

interface SpecSchema {
  readonly properties: Readonly<Record<string, FieldSchema>>;
}

interface FieldSchema {
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly 'x-kubernetes-validations'?: readonly { readonly rule: string; readonly message: string }[];
}

/** The fields of an AppUser's spec. */
export const appUserFields: Readonly<Record<string, FieldSchema>> =
  appUserCrd.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties;
