import type * as Cel from '@marcbachmann/cel-js' with { 'resolution-mode': 'import' };
import type * as Evaluator from '@marcbachmann/cel-js/evaluator' with { 'resolution-mode': 'import' };
import type { ValidationRule } from './crd';
import { goDuration } from './duration';
import { find, matches } from './regular-expression';

// The package is ESM only, and this project is CommonJS: jest transpiles it, and its types must be declared here.
/* eslint-disable @typescript-eslint/no-require-imports */
const { Environment, Optional, serialize } = require('@marcbachmann/cel-js') as typeof Cel;
const { Duration } = require('@marcbachmann/cel-js/evaluator') as typeof Evaluator;
/* eslint-enable @typescript-eslint/no-require-imports */

/** A rule, ready to be asked about values as `toCel` makes them. Throws where the API server would report an error in the rule. */
export interface CompiledRule {
  /** Whether it compares with the object as it was: then a new object is not asked about, except with `optionalOldSelf`. */
  readonly isTransition: boolean;
  holds(self: unknown, oldSelf?: unknown): boolean;
}

/**
 * Where cel-js is not what the API server is, our own functions stand in for its own, which cannot be replaced: `matches` is RE2,
 * `duration` is Go's, `trim` cuts what Go calls a blank, and `has` looks into any expression (`has(self.matches[0].path)`).
 */
const STAND_INS: Readonly<Record<string, string>> = { matches: 'matchesRe2', duration: 'goDuration', trim: 'trimBlanks' };

/** Go's strings.TrimSpace: JavaScript's own trim takes U+FEFF for a blank, and U+0085 for none. */
function trimBlanks(text: string): string {
  const blanks = '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
  return text.replace(new RegExp(`^${blanks}`), '').replace(new RegExp(`${blanks}$`), '');
}

const environment = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false })
  .registerVariable('self', 'dyn')
  .registerFunction('hasField(dyn, string): bool', (object: unknown, field: string) => object instanceof Map && object.has(field))
  .registerFunction('string.matchesRe2(string): bool', matches)
  .registerFunction('string.find(string): string', find)
  .registerFunction('string.trimBlanks(): string', trimBlanks)
  .registerFunction('goDuration(string): google.protobuf.Duration', (text: string) => {
    const nanoseconds = goDuration(text);
    if (nanoseconds === undefined) throw new Error(`"${text}" is not a duration`);
    return durationOf(nanoseconds);
  });

const forObjects = environment.clone().registerVariable('oldSelf', 'dyn');
const forOptionalObjects = environment.clone().registerVariable('oldSelf', 'optional<dyn>');

export function durationOf(nanoseconds: number): InstanceType<typeof Duration> {
  return new Duration(Math.trunc(nanoseconds / 1e9), nanoseconds % 1e9);
}

/** Throws when cel-js cannot read the rule, or lacks a function of it: a rule that is left out would be a test that tests nothing. */
export function compileRule({ rule, optionalOldSelf = false }: ValidationRule): CompiledRule {
  const dialect = optionalOldSelf ? forOptionalObjects : forObjects;
  const fail = (error: unknown): never => {
    throw new Error(`This rule cannot be evaluated: ${rule}\n${error instanceof Error ? error.message : String(error)}`);
  };
  const compile = (): Cel.ParseResult => {
    try {
      return dialect.parse(serialize(translate(dialect.parse(rule).ast) as Cel.ASTNode));
    } catch (error) {
      return fail(error);
    }
  };
  const evaluate = compile();
  const check = evaluate.check();
  if (!check.valid) fail(check.error);
  if (check.type !== 'bool' && check.type !== 'dyn') fail(`It is of type ${check.type}, and should be true or false.`);
  return {
    isTransition: mentions(evaluate.ast, 'oldSelf'),
    holds: (self, oldSelf) => {
      const result: unknown = evaluate({ self, oldSelf: optionalOldSelf ? Optional.of(oldSelf) : oldSelf });
      if (typeof result !== 'boolean') throw new Error(`neither true nor false, but ${String(result)}`);
      return result;
    },
  };
}

interface Node {
  readonly op: string;
  readonly args: unknown;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'op' in value && 'args' in value;

/** The same expression with our functions in the place of those that cel-js has. */
function translate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(translate);
  if (!isNode(value)) return value;
  const { op, args } = value;
  if ((op === 'call' || op === 'rcall') && Array.isArray(args)) {
    const [name, ...operands] = args as [string, ...unknown[]];
    const field = name === 'has' ? (operands[0] as unknown[])[0] : undefined;
    if (isNode(field) && field.op === '.') {
      const [object, key] = field.args as [unknown, string];
      return { op, args: ['hasField', [translate(object), { op: 'value', args: key }]] };
    }
    return { op, args: [STAND_INS[name] ?? name, ...operands.map(translate)] };
  }
  return { op, args: translate(args) };
}

function mentions(value: unknown, variable: string): boolean {
  if (Array.isArray(value)) return value.some((part) => mentions(part, variable));
  return isNode(value) && ((value.op === 'id' && value.args === variable) || mentions(value.args, variable));
}
