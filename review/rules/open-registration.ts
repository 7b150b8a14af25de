import type { EnvironmentObject, EnvironmentObjects } from '../../manifests/environment-objects';
import { listOf, valueAt } from '../../manifests/fields';
import { nameOf } from '../object-change';
import type { ReviewRule } from '../rule';

/** Where CVAT registers visitors. https://docs.cvat.ai/docs/api_sdk/sdk/reference/apis/auth-api/ */
const REGISTER = '/api/auth/register';

/** Visitors can register an account in CVAT: the path of its API that registers no longer leads elsewhere. */
export const openRegistration: ReviewRule = {
  name: 'open-registration',
  class: 'security',
  check({ before, after, changes }) {
    const known = new Set(openObjects(before).map(nameOf));
    const open = openObjects(after).filter((object) => !known.has(nameOf(object)));
    if (open.length === 0) return [];
    const opened = changes.filter((change) => change.after && open.includes(change.after));
    // What leads to the backend may be as it was: then the object that led the registration elsewhere has changed.
    const closing = changes.filter((change) => change.before && pathsOf(change.before, before).some(isClosing));
    return [...(opened.length > 0 ? opened : closing)].map((change) => ({ change, field: '', message: MESSAGE }));
  },
};

const MESSAGE = `Visitors can register an account: ${REGISTER} reaches CVAT's backend. Route this path to CVAT's frontend.`;

/** Objects that lead visitors to CVAT's API, in an environment in which nothing leads the registration elsewhere. */
function openObjects(environment: EnvironmentObjects): EnvironmentObject[] {
  const routes = environment.objects
    .map((object) => ({ object, paths: pathsOf(object, environment) }))
    .filter(({ paths }) => paths.length > 0);
  const isClosed = routes.some(({ paths }) => paths.some(isClosing));
  if (isClosed) return [];
  return routes
    .filter(({ paths }) =>
      paths.some(({ path, service }) => isBackend(service) && `${REGISTER}/`.startsWith(path.endsWith('/') ? path : `${path}/`)),
    )
    .map(({ object }) => object);
}

interface Path {
  readonly path: string;
  readonly service: string;
}

function isClosing({ path, service }: Path): boolean {
  return path === REGISTER && !isBackend(service);
}

function isBackend(service: string): boolean {
  return /cvat.*(?:backend|server)/.test(service);
}

function pathsOf(object: EnvironmentObject, environment: EnvironmentObjects): Path[] {
  const { spec, kind } = object.manifest;
  const rules = listOf(valueAt(spec, 'rules'));
  if (kind === 'Ingress') {
    return rules.flatMap((rule) =>
      listOf(valueAt(rule, 'http', 'paths')).map((entry) => ({
        path: String(valueAt(entry, 'path') ?? '/'),
        service: String(valueAt(entry, 'backend', 'service', 'name')),
      })),
    );
  }
  if (kind === 'HTTPRoute') {
    return rules.flatMap((rule) => {
      const services = listOf(valueAt(rule, 'backendRefs')).map((backend) => String(valueAt(backend, 'name')));
      const paths = listOf(valueAt(rule, 'matches')).map((match) => String(valueAt(match, 'path', 'value') ?? '/'));
      return (paths.length === 0 ? ['/'] : paths).flatMap((path) => services.map((service) => ({ path, service })));
    });
  }
  // The charts' own Ingress leads everything below /api to the backend.
  const release = environment.releaseOf(object);
  const hasIngress =
    release !== undefined && ['cvat', 'cvat-helm'].includes(release.chartName) && valueAt(release.values, 'ingress', 'enabled') === true;
  return hasIngress ? [{ path: '/api', service: 'cvat-backend-service' }] : [];
}
