import type { IConstruct } from 'constructs';
import type { Finding } from '../manifests/finding';

/** A finding and the place it belongs to. */
export interface Problem extends Finding {
  /** The environment's name, as in environments/. */
  readonly environment: string;
  /** The rule of checks/ that has found it. */
  readonly rule?: string;
  /** The path of the construct. Its first part is the stage, which is a file of dist/. */
  readonly path: string;
  /** The field of the construct or of the object, as a person would write it: `storage.size`. */
  readonly field: string;
}

const METADATA_TYPE = 'platform.kapernikov.com/problem';
const WARNING_TYPE = 'platform.kapernikov.com/warning';

/**
 * Registers a problem of a construct, if there is one.
 *
 * Constructors do not throw on a user's mistake, so that one run reports all mistakes. The problem is also a validation error of cdk8s: an App
 * without our main.ts refuses to synthesize, too.
 */
export function report(construct: IConstruct, field: string, finding: Finding | undefined): void {
  if (!finding) return;
  construct.node.addMetadata(METADATA_TYPE, { field, ...finding });
  construct.node.addValidation({ validate: () => [`${field}: ${finding.message} ${finding.remedy}`] });
}

/** Registers what is right for some clusters and wrong for others. It is printed, and dist is written. */
export function warn(construct: IConstruct, field: string, finding: Finding | undefined): void {
  if (finding) construct.node.addMetadata(WARNING_TYPE, { field, ...finding });
}

/** Every problem that a construct of this tree has registered, in the order of the tree. */
export function reportedProblems(root: IConstruct): Omit<Problem, 'environment'>[] {
  return registered(root, METADATA_TYPE);
}

/** Every warning, likewise. */
export function reportedWarnings(root: IConstruct): Omit<Problem, 'environment'>[] {
  return registered(root, WARNING_TYPE);
}

function registered(root: IConstruct, type: string): Omit<Problem, 'environment'>[] {
  return root.node.findAll().flatMap((construct) =>
    construct.node.metadata
      .filter((entry) => entry.type === type)
      .map((entry) => {
        const { field, message, remedy } = entry.data as Omit<Problem, 'environment' | 'path'>;
        return { path: construct.node.path, field, message, remedy };
      }),
  );
}

/** A problem that the environment has acknowledged. */
export interface AcknowledgedProblem extends Problem {
  /** The reason that the environment gives. */
  readonly reason: string;
}

/** Problems for a terminal: where each one is, what is wrong and what to do. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems.map((problem) => `${place(problem)}\n    ${sentences(problem.message, problem.remedy)}\n`).join('\n');
}

/** The acknowledged problems, in the same format. They are printed at every synth. */
export function formatAcknowledged(problems: readonly AcknowledgedProblem[]): string {
  if (problems.length === 0) return '';
  const texts = problems.map((problem) => `${place(problem)}\n    ${sentences(problem.message, `Acknowledged: ${problem.reason}`)}\n`);
  return `\nAcknowledged:\n\n${texts.join('\n')}`;
}

/** Warnings, in the same format. They are printed at every synth. */
export function formatWarnings(warnings: readonly Problem[]): string {
  return warnings.length === 0 ? '' : `\nWarnings:\n\n${formatProblems(warnings)}`;
}

function place({ environment, path, field }: Problem): string {
  return `  ${[environment, path, field].filter((part) => part !== '').join('  ')}`;
}

function sentences(...parts: string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}
