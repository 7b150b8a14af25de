import { isMap, listOf, valueAt } from '../../manifests/fields';
import { groupOf, type Manifest } from '../../manifests/manifest';
import type { ReviewRule } from '../rule';

const ROLES = ['Role', 'ClusterRole'];
const BINDINGS = ['RoleBinding', 'ClusterRoleBinding'];

/** A role allows more than before, or a binding gives a role to more subjects. */
export const rbacWidened: ReviewRule = {
  name: 'rbac-widened',
  class: 'security',
  check({ changes }) {
    return changes.flatMap((change) => {
      const after = change.after?.manifest;
      if (!after || groupOf(after.apiVersion) !== 'rbac.authorization.k8s.io') return [];
      const before = change.before?.manifest;
      if (ROLES.includes(after.kind)) {
        const gained = gainedRights(before, after);
        return gained.length === 0 ? [] : [{ change, field: 'rules', message: `${after.kind} may now: ${gained.join('; ')}.` }];
      }
      if (!BINDINGS.includes(after.kind)) return [];
      const [old, next] = [before ? grantsOf(before) : new Set<string>(), grantsOf(after)];
      const gained = [...next].filter((grant) => !old.has(grant));
      return gained.length === 0 ? [] : [{ change, field: 'subjects', message: `New rights: ${gained.join('; ')}.` }];
    });
  },
};

/** A right: a verb on a resource, or on a URL. */
interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** Undefined: objects of every name. */
  readonly name?: string;
}

function gainedRights(before: Manifest | undefined, after: Manifest): string[] {
  const old = before ? rightsOf(before) : [];
  const gained = rightsOf(after).filter((right) => !old.some((known) => includes(known, right)));
  const byResource = new Map<string, string[]>();
  for (const right of gained) {
    const what = `${right.resource}${right.group === '' ? '' : `.${right.group}`}${right.name === undefined ? '' : ` "${right.name}"`}`;
    byResource.set(what, [...(byResource.get(what) ?? []), right.verb]);
  }
  const selectors =
    JSON.stringify(after['aggregationRule']) === JSON.stringify(before?.['aggregationRule'])
      ? []
      : ['what other roles add (aggregationRule)'];
  return [...[...byResource].map(([what, verbs]) => `${[...new Set(verbs)].join(', ')} ${what}`), ...selectors];
}

function rightsOf(role: Manifest): Right[] {
  return listOf(role['rules']).flatMap((rule): Right[] => {
    const all = (key: string): string[] => listOf(valueAt(rule, key)).map(String);
    const names = all('resourceNames');
    const onObjects = all('apiGroups').flatMap((group) =>
      all('resources').flatMap((resource) =>
        all('verbs').flatMap((verb): Right[] =>
          names.length === 0 ? [{ verb, group, resource }] : names.map((name) => ({ verb, group, resource, name })),
        ),
      ),
    );
    return [...onObjects, ...all('nonResourceURLs').flatMap((url) => all('verbs').map((verb) => ({ verb, group: '', resource: url })))];
  });
}

function includes(known: Right, right: Right): boolean {
  const matches = (one: string, other: string): boolean => one === '*' || one === other;
  return (
    matches(known.verb, right.verb) &&
    matches(known.group, right.group) &&
    matches(known.resource, right.resource) &&
    (known.name === undefined || known.name === right.name)
  );
}

/** `ServiceAccount cvat/web: ClusterRole admin` */
function grantsOf(binding: Manifest): Set<string> {
  const role = `${String(valueAt(binding, 'roleRef', 'kind'))} ${String(valueAt(binding, 'roleRef', 'name'))}`;
  const scope = binding.kind === 'ClusterRoleBinding' ? ' everywhere' : ` in ${binding.metadata.namespace ?? 'default'}`;
  return new Set(
    listOf(binding['subjects'])
      .filter(isMap)
      .map(
        ({ kind, namespace, name }) =>
          `${String(kind)} ${namespace === undefined ? '' : `${String(namespace)}/`}${String(name)} has ${role}${scope}`,
      ),
  );
}
