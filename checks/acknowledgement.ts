import type { Acknowledgement, Finding } from '../manifests/finding';
import { formatKey, keyOf } from '../manifests/manifest';
import type { CheckFinding } from './rule';

/** A finding that somebody has acknowledged, and why. */
export interface Acknowledged {
  readonly finding: CheckFinding;
  readonly reason: string;
}

export interface AcknowledgedFindings {
  /** What nobody has acknowledged: it keeps synth from writing. */
  readonly remaining: CheckFinding[];
  readonly acknowledged: Acknowledged[];
  /** Acknowledgements of nothing. */
  readonly unused: Acknowledgement[];
  /** What is wrong with the acknowledgements themselves, by their place in the list: the unused ones, and those without a reason. */
  readonly problems: (Finding & { readonly field: string })[];
}

/** Sorts findings by whether the environment has acknowledged them. One acknowledgement is for all that a rule finds in an object. */
export function acknowledge(findings: readonly CheckFinding[], acknowledgements: readonly Acknowledgement[]): AcknowledgedFindings {
  const byPlace = new Map(
    acknowledgements.map((acknowledgement) => [place(acknowledgement.rule, acknowledgement.object), acknowledgement]),
  );
  const used = new Set<Acknowledgement>();
  const remaining: CheckFinding[] = [];
  const acknowledged: Acknowledged[] = [];
  for (const finding of findings) {
    const acknowledgement = byPlace.get(place(finding.rule, formatKey(keyOf(finding.object.manifest))));
    if (acknowledgement) {
      used.add(acknowledgement);
      acknowledged.push({ finding, reason: acknowledgement.reason });
    } else {
      remaining.push(finding);
    }
  }
  return {
    remaining,
    acknowledged,
    unused: acknowledgements.filter((acknowledgement) => !used.has(acknowledgement)),
    problems: acknowledgements.flatMap((acknowledgement, index) => {
      const finding = aboutAcknowledgement(acknowledgement, used.has(acknowledgement));
      return finding ? [{ field: `acknowledged[${index}]`, ...finding }] : [];
    }),
  };
}

function aboutAcknowledgement({ rule, object, reason }: Acknowledgement, used: boolean): Finding | undefined {
  if (!used) {
    return {
      message: `${rule} finds nothing in ${object} that would have to be acknowledged.`,
      remedy: 'Take this acknowledgement away, or correct the names of the rule and the object.',
    };
  }
  if (reason.trim() !== '') return undefined;
  return { message: `nobody says why ${rule} does not matter in ${object}.`, remedy: 'Give a reason: it is printed with the finding.' };
}

function place(rule: string, object: string): string {
  return `${rule} ${object}`;
}
