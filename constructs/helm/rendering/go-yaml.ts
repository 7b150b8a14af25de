import { parseAllDocuments, type ScalarTag } from 'yaml';
import { HelmError } from './helm-template';

/**
 * The values in YAML as Helm and kubectl read them: with Go's YAML, which is neither YAML 1.1 nor 1.2. `yes` and `y` are true, `0o17` and `017` are 15,
 * `12:30` and dates are text. Throws a HelmError with the place if it is not YAML.
 */
export function readGoYaml(text: string, place: string): unknown[] {
  return parseAllDocuments(text, READER).map((document): unknown => {
    const [error] = document.errors;
    if (error) throw new HelmError(`${place}: must be YAML that can be read; got: ${error.message}.`);
    // Helm has no limit either, and the chart is reviewed.
    return document.toJS({ maxAliasCount: -1 });
  });
}

const PREFIX = 'tag:yaml.org,2002:';

/** https://github.com/kubernetes-sigs/yaml/blob/master/goyaml.v2/resolve.go */
const SCALARS: readonly ScalarTag[] = [
  { tag: `${PREFIX}null`, default: true, test: /^(?:~|null|Null|NULL)?$/, resolve: () => null },
  {
    tag: `${PREFIX}bool`,
    default: true,
    test: /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON|n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/,
    resolve: (text) => /^(?:[yt]|on)/i.test(text),
  },
  {
    tag: `${PREFIX}int`,
    default: true,
    test: /^[-+]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]+|0|[1-9][0-9_]*)$/,
    resolve: (text, onError) => {
      const value = integerOf(text);
      if (Number.isInteger(value) && !Number.isSafeInteger(value))
        onError(`an integer above ${Number.MAX_SAFE_INTEGER} without quotes: ${text}`);
      return Number.isNaN(value) ? text : value;
    },
  },
  {
    tag: `${PREFIX}float`,
    default: true,
    test: /^[-+]?(?:\.[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9][0-9_]*)?$/,
    resolve: (text) => {
      const value = Number(text.replaceAll('_', ''));
      return Number.isFinite(value) ? value : text;
    },
  },
  { tag: `${PREFIX}binary`, resolve: (text) => Buffer.from(text, 'base64').toString('utf8') },
];

function integerOf(text: string): number {
  const [, sign = '', digits = ''] = /^([-+]?)(.*)$/.exec(text.replaceAll('_', '').toLowerCase()) ?? [];
  const value = /^0\d/.test(digits) ? parseInt(digits, 8) : Number(digits);
  return sign === '-' ? -value : value;
}

/** All others of YAML 1.1: maps, lists, text, merge keys. */
const READER: NonNullable<Parameters<typeof parseAllDocuments>[1]> = {
  version: '1.1',
  uniqueKeys: false,
  // What YAML forbids and is not ambiguous, such as the indentation of "}", Go accepts.
  strict: false,
  // Without the text around an error, which can be a password.
  prettyErrors: false,
  customTags: (tags) => [
    ...SCALARS,
    ...tags.filter((tag) => typeof tag === 'string' || ![...SCALARS, { tag: `${PREFIX}timestamp` }].some((own) => own.tag === tag.tag)),
  ],
};
