import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { AppUserSpec } from '../../imports/kapernikov.com';
import { contractAnnotations } from '../../manifests/contract';
import { ensureNamespace, namespaceOf } from '../namespace';
import type { Plain } from '../plain';
import type { Finding } from '../../manifests/finding';
import { report } from '../problem';
import { objectName } from '../syntax/name';
import { appUserFields } from './schema';

export interface AppUserProps extends Plain<AppUserSpec> {
  /** The name of the object, and the username of the account unless `username` is set. At most 150 characters, or 253 with `username`. */
  readonly name: string;
  /**
   * The namespace of the object. The operator handles the AppUsers of its own namespace only.
   * @default the namespace of the Chart, or else of the kubeconfig's context
   */
  readonly namespace?: string;
}

/** A user of CVAT. The AppUser operator keeps an account for each; without it, the object has no effect. */
export class AppUser extends Construct {
  constructor(scope: Construct, id: string, props: AppUserProps) {
    super(scope, id);
    const { name, namespace: ownNamespace, ...spec } = props;
    const namespace = namespaceOf(this, ownNamespace);

    report(this, 'name', objectName(name, spec.username === undefined ? 150 : 253));
    for (const [field, value] of Object.entries(spec)) report(this, field, fieldFinding(field, value));

    ensureNamespace(this, namespace);
    // Deactivate, the default, keeps the account and its work.
    const holdsData = spec.deletionPolicy === 'Delete' ? `the CVAT account of ${name}` : undefined;
    const metadata = { name, namespace, annotations: contractAnnotations({ holdsData }) };
    new ApiObject(this, 'resource', { apiVersion: 'kapernikov.com/v1', kind: 'AppUser', metadata, spec });
  }
}

/** What the API server would refuse, reported at synth. The rules are those of the CRD. */
function fieldFinding(field: string, value: unknown): Finding | undefined {
  const schema = appUserFields[field];
  // The type check reports other values than text.
  if (typeof value !== 'string' || !schema) return undefined;
  const { minLength = 0, maxLength = Infinity, 'x-kubernetes-validations': rules = [] } = schema;
  const characters = [...value].length; // as Kubernetes counts them: an emoji is one
  if (characters < minLength) return { message: `must have at least ${minLength} character; got "".`, remedy: 'Set a value.' };
  if (characters > maxLength) return { message: `must have at most ${maxLength} characters; got ${characters}.`, remedy: 'Shorten it.' };
  const broken = rules.find(({ rule }) => {
    const pattern = /^self\.matches\(r"(.*)"\)$/.exec(rule)?.[1];
    return pattern !== undefined && !new RegExp(pattern, 'u').test(value);
  });
  return broken && { message: `must be accepted by the CRD; got "${value}".`, remedy: `${broken.message}.` };
}
