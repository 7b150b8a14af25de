import type { Finding } from '../../manifests/finding';

/** https://pkg.go.dev/k8s.io/apimachinery/pkg/api/resource#Quantity, without a sign: an amount of storage or memory is positive. */
const QUANTITY = /^([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$/;

/** A Kubernetes quantity: `5Gi` (5 x 1024^3 bytes), `5G` (5 x 1000^3 bytes), `500m` (a half). */
export function quantity(value: string): Finding | undefined {
  if (QUANTITY.test(value) && Number.parseFloat(value) > 0) return undefined;
  if (QUANTITY.test(value)) return { message: `must be greater than 0; got "${value}".`, remedy: 'Set an amount such as "5Gi".' };
  return { message: `must be a Kubernetes quantity; got "${value}".`, remedy: suggestion(value) };
}

function suggestion(value: string): string {
  const [, amount, unit] = /^\s*([0-9]+(?:\.[0-9]+)?)\s*([kmgtpe])i?(?:b|bytes?)?\s*$/i.exec(value) ?? [];
  if (!Number(amount) || !unit) return 'Write a number and a unit: "5Gi", "500M".';
  const decimal = unit.toLowerCase() === 'k' ? 'k' : unit.toUpperCase();
  return `Did you mean "${amount}${decimal}" or "${amount}${unit.toUpperCase()}i"?`;
}
