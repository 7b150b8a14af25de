import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { AppUserSpec } from '../../imports/kapernikov.com';
import { ensureNamespace, namespaceOf } from '../namespace';
import type { Plain } from '../plain';
import type { Finding } from '../../manifests/finding';
import { report } from '../problem';
import { objectName } from '../syntax/name';
import { appUserFields } from './schema';

export interface AppUserProps extends Plain<AppUserSpec> {
  /** The object's name, and the person's username unless `username` is given. At most 150 characters. */
  readonly name: string;
  /**
   * The namespace of the object. The operator looks after the people of its own namespace.
   * @default whichever namespace kubectl points at
   */
  readonly namespace?: string;
}

/** A person who uses CVAT. Without the operator, the object just sits there. */
export class AppUser extends Construct {
  constructor(scope: Construct, id: string, props: AppUserProps) {
    super(scope, id);
    const { name, namespace: ownNamespace, ...spec } = props;
    const namespace = namespaceOf(this, ownNamespace);

    report(this, 'name', objectName(name, spec.username === undefined ? 150 : 253));
    for (const [field, value] of Object.entries(spec)) report(this, field, fieldFinding(field, value));

    ensureNamespace(this, namespace);
    new ApiObject(this, 'resource', { apiVersion: 'kapernikov.com/v1', kind: 'AppUser', metadata: { name, namespace }, spec });
  }
}

/** What the API server would say about a field, said at synth already. The rules are those of the definition. */
function fieldFinding(field: string, value: string | undefined): Finding | undefined {
  const schema = appUserFields[field];
  if (value === undefined || !schema) return undefined;
  const { minLength = 0, maxLength = Infinity, 'x-kubernetes-validations': rules = [] } = schema;
  const characters = [...value].length; // as Kubernetes counts them: an emoji is one
  if (characters < minLength) return { message: 'It is empty.', remedy: `Write at least ${minLength} character.` };
  if (characters > maxLength) return { message: `It has ${characters} characters.`, remedy: `Use at most ${maxLength}.` };
  const broken = rules.find(({ rule }) => {
    const pattern = /^self\.matches\(r"(.*)"\)$/.exec(rule)?.[1];
    return pattern !== undefined && !new RegExp(pattern, 'u').test(value);
  });
  return broken && { message: `"${value}" is refused.`, remedy: `${broken.message}.` };
}
