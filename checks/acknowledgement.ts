import type { Acknowledgement, Finding } from '../manifests/finding';
import { formatKey, keyOf } from '../manifests/manifest';
import type { CheckFinding } from './rule';

/** What `npm run charts:check` asks the sources of charts. Synth cannot know whether an acknowledgement of it is still needed. */
const CHART_RULES = ['deprecated-chart', 'withdrawn-chart'] as const;

export type ChartRule = (typeof CHART_RULES)[number];

/** A finding that the environment has acknowledged, and why. */
export interface Acknowledged {
  readonly finding: CheckFinding;
  readonly reason: string;
}

export interface AcknowledgedFindings {
  /** Findings without an acknowledgement. With any of them, synth writes nothing. */
  readonly remaining: CheckFinding[];
  readonly acknowledged: Acknowledged[];
  /** Acknowledgements that match no finding. */
  readonly unused: Acknowledgement[];
  /** Findings about the acknowledgements themselves: the unused ones, and those without a reason. */
  readonly problems: (Finding & { readonly field: string })[];
}

/** Separates acknowledged findings from the others. One acknowledgement covers all findings of a rule in an object. */
export function acknowledge(findings: readonly CheckFinding[], acknowledgements: readonly Acknowledgement[]): AcknowledgedFindings {
  const byKey = new Map(
    acknowledgements.map((acknowledgement) => [acknowledgementKey(acknowledgement.rule, acknowledgement.object), acknowledgement]),
  );
  const used = new Set(acknowledgements.filter(({ rule }) => CHART_RULES.some((name) => name === rule)));
  const remaining: CheckFinding[] = [];
  const acknowledged: Acknowledged[] = [];
  for (const finding of findings) {
    const acknowledgement = byKey.get(acknowledgementKey(finding.rule, formatKey(keyOf(finding.object.manifest))));
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
      message: `must match a finding; got none of ${rule} in ${object}.`,
      remedy: 'Remove the acknowledgement, or correct the rule and the object.',
    };
  }
  if (reason.trim() !== '') return undefined;
  return {
    message: `must have a reason why ${rule} is acknowledged in ${object}; got none.`,
    remedy: 'Add a reason. It is printed with the finding.',
  };
}

function acknowledgementKey(rule: string, object: string): string {
  return `${rule} ${object}`;
}
