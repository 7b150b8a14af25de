/** What a request needs to be allowed: a verb and a resource, as rules of RBAC call them. */
export interface RbacRule {
  readonly verb: string;
  /** With its subresource: `appusers/status`. */
  readonly resource: string;
}

const WRITES: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

export function ruleOf(method: string, { pathname, searchParams }: URL): RbacRule {
  const [, , , resource = '', name, subresource] = /\/namespaces\/([^/]+)(\/([^/]+)(?:\/([^/]+)(?:\/([^/]+))?)?)?$/.exec(pathname) ?? [];
  const reads = name !== undefined ? 'get' : searchParams.get('watch') === 'true' ? 'watch' : 'list';
  return { verb: WRITES[method] ?? reads, resource: subresource === undefined ? resource : `${resource}/${subresource}` };
}
