const NANOSECONDS = { ns: 1, us: 1e3, µs: 1e3, μs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 } as const;

/** Go's time.ParseDuration, in nanoseconds: `1h30m`, `-1.5s`, and `0` without a unit. Undefined if it is none. */
export function goDuration(text: string): number | undefined {
  const [, sign, amount = ''] = /^([-+]?)(.*)$/s.exec(text) ?? [];
  if (amount === '0') return 0;
  if (!/^((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(amount)) return undefined;
  let nanoseconds = 0;
  for (const [, number, unit] of amount.matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    nanoseconds += Number(number) * NANOSECONDS[unit as keyof typeof NANOSECONDS];
  }
  return sign === '-' ? -nanoseconds : nanoseconds;
}

/** The units of k8s.io/kube-openapi/pkg/validation/strfmt: each is its names, of which the last may go on ("sec", "seconds"). */
const UNITS: readonly (readonly [number, ...string[]])[] = [
  [1, 'ns', 'nano'],
  [1e3, 'us', 'µs', 'micro'],
  [1e6, 'ms', 'milli'],
  [1e9, 's', 'sec'],
  [60e9, 'm', 'min'],
  [3600e9, 'h', 'hr', 'hour'],
  [86400e9, 'd', 'day'],
  [604800e9, 'w', 'wk', 'week'],
];

/** What the format `duration` of a CRD accepts, in nanoseconds: a duration of Go, or words such as "2 weeks". Undefined if it is none. */
export function formatDuration(text: string): number | undefined {
  const go = goDuration(text);
  if (go !== undefined) return go;
  let sum: number | undefined;
  for (const [, number, word = ''] of text.matchAll(/(\d+)\s*([A-Za-zµ]+)/g)) {
    const unit = word.toLowerCase();
    const found = UNITS.find(([, ...names]) => names.includes(unit) || unit.startsWith(names.at(-1) ?? unit));
    if (found) sum = (sum ?? 0) + Number(number) * found[0];
  }
  return sum;
}
