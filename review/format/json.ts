import { formatChangePath } from '../../manifests/difference/field-change';
import { maskedChange } from '../masked';
import { noiseOfObject } from '../noise';
import { kindOf, nameOf, objectName } from '../object-change';
import type { Review } from '../review';

/** A review for programs: findings, and every object that differs. Values of Secrets are left out. */
export function json({ findings, changes }: Review, base: string): string {
  const withFindings = new Set(findings.map(({ change }) => change));
  const content = {
    base,
    findings: findings.map(({ class: name, rule, change, field, message }) => ({
      class: name,
      rule,
      environment: change.environment,
      stage: change.stage,
      object: objectName(change),
      ...(field !== '' && { field }),
      message,
    })),
    changes: changes.map((change) => ({
      environment: change.environment,
      stage: change.stage,
      change: kindOf(change),
      object: objectName(change),
      ...(kindOf(change) === 'renamed' && change.before && { was: nameOf(change.before) }),
      ...(change.movedFrom !== undefined && { movedFrom: change.movedFrom }),
      ...(!withFindings.has(change) && noiseOfObject(change).length > 0 && { onlyNoise: noiseOfObject(change) }),
      fields: change.fields.map((field) => {
        const { path, before, after, isEquivalent } = maskedChange(field, change.after?.manifest.kind ?? '');
        return { path: formatChangePath(path), before, after, ...(isEquivalent && { sameMeaning: true }) };
      }),
    })),
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}
