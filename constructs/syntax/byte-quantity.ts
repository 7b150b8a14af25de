import type { Finding } from '../../manifests/finding';
import { quantity } from './quantity';

/** A Kubernetes quantity of bytes, for storage and memory: `5Gi`. Fractions such as `500m`, which Kubernetes accepts, are half a byte. */
export function byteQuantity(value: string): Finding | undefined {
  const invalid = quantity(value);
  const [, amount, unit] = /^([0-9.]+)([num])$/.exec(value) ?? [];
  if (invalid !== undefined || unit === undefined) return invalid;
  return {
    message: `must be an amount of bytes; got "${value}", a fraction of a byte.`,
    remedy: `Did you mean "${amount}Mi" or "${amount}M"?`,
  };
}
