import type { Finding } from '../../manifests/finding';
import { quantity } from './quantity';

/** Less is not meant as bytes: no volume and no container is that small. */
const FEWEST_BYTES = 100_000;

/** A Kubernetes quantity of bytes, for storage and memory: `5Gi`. Fractions such as `500m`, which Kubernetes accepts, are half a byte. */
export function byteQuantity(value: string): Finding | undefined {
  const invalid = quantity(value);
  const [, amount, unit] = /^([0-9.]+)([num])$/.exec(value) ?? [];
  if (invalid !== undefined) return invalid;
  if (/^[0-9]+(\.[0-9]*)?$/.test(value) && Number(value) < FEWEST_BYTES) {
    return {
      message: `must be an amount of bytes with a unit; got "${value}", ${value} bytes.`,
      remedy: `Did you mean "${value}Gi" or "${value}Mi"?`,
    };
  }
  if (unit === undefined) return undefined;
  return {
    message: `must be an amount of bytes; got "${value}", a fraction of a byte.`,
    remedy: `Did you mean "${amount}Mi" or "${amount}M"?`,
  };
}
