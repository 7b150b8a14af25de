/** Whether a registry is on this machine, which is asked by HTTP then. Helm 3 does so by itself, Helm 4 when it is told to. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host);
}
