/**
 * Versions of one kind are numbers that grow, as of Kubernetes 1.35 officially. What the operator has written itself, it knows before the watch
 * tells; without this look, it would go back to what was before for a moment.
 */
export function isNewer(one: string, other: string): boolean {
  if (!/^\d+$/.test(one) || !/^\d+$/.test(other)) return one !== other;
  return BigInt(one) > BigInt(other);
}
