import type { Finding } from '../../manifests/finding';

/** The repository, registry or git server of a chart. */
type Kind = 'repository' | 'oci' | 'git';

const SCHEMES: Readonly<Record<Kind, readonly string[]>> = {
  repository: ['https://', 'http://'],
  oci: ['oci://'],
  git: ['https://', 'http://', 'ssh://'],
};

const EXAMPLES: Readonly<Record<Kind, string>> = {
  repository: 'https://charts.example.com/stable',
  oci: 'oci://registry.example.com/charts/thing',
  git: 'https://github.com/example/thing',
};

/** Host and port, and the rest of an address. */
const ADDRESS =
  /^(?<scheme>[a-z0-9+]+:\/\/)(?<user>[^/@]*@)?(?<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]+)?|\[[0-9a-f:]+\](?::[0-9]+)?)(?<path>\/[^?#\s]*)?(?<rest>[?#]\S*)?$/;

/** How git and ssh write an address: `git@github.com:example/thing.git`. Controllers do not read it. */
const SCP = /^([\w.-]+@)?([A-Za-z0-9][A-Za-z0-9.-]*):(?!\/\/)\/?(?=.*\/)([^\s:@]+)$/;

/** A part of a repository's name in a registry. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
const REPOSITORY = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;

/**
 * The address of a chart as Helm accepts it. Addresses are in dist/, which is committed, so they must not contain credentials: these are not
 * printed either.
 */
export function chartAddress(kind: Kind, url: string): Finding | undefined {
  const { scheme = '', user = '', host = '', path = '', rest = '' } = ADDRESS.exec(url)?.groups ?? {};
  const isSshUser = scheme === 'ssh://' && !user.includes(':');
  if ((user !== '' && !isSshUser) || rest !== '' || /^[a-z0-9+]+:\/\/[^/]*@|[?#]/.test(isSshUser ? '' : url)) return credentials(host);
  const [, sshUser = 'git@', sshHost = '', sshPath = ''] = (kind === 'git' && SCP.exec(url)) || [];
  if (sshHost !== '') return { ...notAnAddress(kind, url), remedy: `Did you mean "ssh://${sshUser}${sshHost}/${sshPath}"?` };
  if (!SCHEMES[kind].includes(scheme)) return notAnAddress(kind, url.replace(/[^/@\\]*:[^/@\\]*@/, '***@'));
  if (kind === 'oci') return ociPath(url, path);
  const file = path.split('/').at(-1) ?? '';
  if (kind === 'repository' && (file.endsWith('.tgz') || file === 'index.yaml')) {
    return {
      message: `must be the folder that contains index.yaml; got "${url}", a file.`,
      remedy: `Did you mean "${url.slice(0, -file.length - 1)}"?`,
    };
  }
  return undefined;
}

/** The name of a chart in a repository: as in its index.yaml, without the repository. */
export function chartName(name: string): Finding | undefined {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) return undefined;
  const last = name.split('/').at(-1) ?? '';
  const remedy = last !== '' && last !== name ? `Did you mean "${last}"?` : 'Use its name in index.yaml, such as "minio".';
  return { message: `must be the name of a chart in the repository; got "${name}".`, remedy };
}

function credentials(host: string): Finding {
  return {
    message: `must not contain credentials or a query, because it is committed${host === '' ? '' : `; got an address of ${host} with one`}.`,
    remedy: 'Remove it, and put the credentials into a Secret. Replace them if they were committed.',
  };
}

function notAnAddress(kind: Kind, url: string): Finding {
  return {
    message: `must be an address that starts with ${SCHEMES[kind].join(' or ')}; got "${url}".`,
    remedy: `Use an address such as "${EXAMPLES[kind]}".`,
  };
}

function ociPath(url: string, path: string): Finding | undefined {
  const name = path.slice(1);
  if (REPOSITORY.test(name)) return undefined;
  const message = `must be a registry with a path, without tag and digest; got "${url}".`;
  const [untagged = ''] = name.split(':');
  if (untagged !== name && REPOSITORY.test(untagged)) {
    return { message, remedy: `Remove "${name.slice(untagged.length)}": it is a field of its own.` };
  }
  const better = name
    .replace(/^\/+|\/+$/g, '')
    .replace(/\/{2,}/g, '/')
    .toLowerCase();
  const remedy = REPOSITORY.test(better)
    ? `Did you mean "${url.slice(0, url.length - path.length)}/${better}"?`
    : `Use an address such as "${EXAMPLES.oci}".`;
  return { message, remedy };
}
