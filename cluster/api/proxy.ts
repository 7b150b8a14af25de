import { BlockList, isIP } from 'node:net';

/** The proxy for requests to a server, by HTTPS_PROXY, HTTP_PROXY and NO_PROXY as Go's net/http reads them. Undefined: none. */
export function proxyFromEnvironment(server: string, environment: NodeJS.ProcessEnv): string | undefined {
  const url = new URL(server);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const read = (name: string): string => environment[name] || environment[name.toLowerCase()] || '';
  const proxy = read(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (proxy === '' || isLoopback(host)) return undefined;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const excluded = read('NO_PROXY')
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== '' && matches(entry, host.toLowerCase(), port));
  if (excluded) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

/** Go never uses a proxy from the environment for these. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** An entry of NO_PROXY: `*`, an IP address, a CIDR block, or a domain, which includes its subdomains; optionally with a port. */
function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isIP(host) !== 0 && inBlock(entry, host);
  const [, name = '', only] = /^(.*?)(?::(\d+))?$/.exec(isIP(entry) === 6 ? `${entry}` : entry) ?? [];
  if (isIP(entry) !== 0) return entry === host;
  if (only !== undefined && only !== port) return false;
  const domain = name.replace(/^\*/, '');
  if (domain.startsWith('.')) return host.endsWith(domain);
  return host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`));
}

function inBlock(block: string, host: string): boolean {
  const [address = '', bits = ''] = block.split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  try {
    list.addSubnet(address, Number(bits), family);
    return list.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
  } catch {
    return false; // not a CIDR block
  }
}
