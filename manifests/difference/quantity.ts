/** Powers of ten that a suffix stands for; https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

const QUANTITY = /^([+-]?)(\d+)?(?:\.(\d+))?(?:(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE])|[eE]([+-]?\d{1,2}))?$/;

/** The smallest unit that Kubernetes keeps: 1n. */
const SCALE = 9;

/** A quantity as a number of nano-units, exactly: `1Gi`, `1024Mi` and `1073741824` are equal. Undefined when it is not a quantity. */
export function quantityOf(value: unknown): bigint | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const match = QUANTITY.exec(String(value));
  if (!match) return undefined;
  const [, sign, whole = '', fraction = '', suffix = '', exponent] = match;
  if (whole === '' && fraction === '') return undefined;
  const binary = BINARY.indexOf(suffix);
  const power = SCALE - fraction.length + (exponent === undefined ? (DECIMAL[suffix] ?? 0) : Number(exponent));
  const digits = BigInt(`${whole}${fraction}`) * (binary < 0 ? 1n : 1024n ** BigInt(binary + 1));
  const scaled = power >= 0 ? digits * 10n ** BigInt(power) : roundUp(digits, 10n ** BigInt(-power));
  return sign === '-' ? -scaled : scaled;
}

/** As Kubernetes does with what is smaller than 1n. */
function roundUp(digits: bigint, divisor: bigint): bigint {
  return (digits + divisor - 1n) / divisor;
}
