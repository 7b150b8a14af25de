import { isUpdate } from '../object-change';
import type { ReviewRule } from '../rule';

const LEVEL = 'pod-security.kubernetes.io/enforce';
const LEVELS = ['privileged', 'baseline', 'restricted'];

/** A namespace accepts pods that it refused before. https://kubernetes.io/docs/concepts/security/pod-security-admission/ */
export const podSecurityLevel: ReviewRule = {
  name: 'pod-security-level',
  class: 'security',
  check({ changes }) {
    return changes.filter(isUpdate).flatMap((change) => {
      if (change.after.manifest.kind !== 'Namespace') return [];
      const [from, to] = [change.before, change.after].map(({ manifest }) => manifest.metadata.labels?.[LEVEL] ?? 'privileged');
      if (LEVELS.indexOf(to ?? '') >= LEVELS.indexOf(from ?? '')) return [];
      return [{ change, field: `metadata.labels["${LEVEL}"]`, message: `The namespace accepts more pods: ${from} -> ${to}.` }];
    });
  },
};
