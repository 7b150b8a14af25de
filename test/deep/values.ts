import fc from 'fast-check';
import { anyText, printableText } from '../properties';

/** Texts that some YAML reader does not read as text, or not as the same text, when they are not quoted. */
export const ambiguousTexts = [
  ...[
    '0X1F',
    '0x1f',
    '0B101',
    '0b101',
    '0O17',
    '0o17',
    '+0o17',
    '-0O17',
    '017',
    '0_1',
    '1_000',
    '1e1_0',
    '1E3',
    '1e+3',
    '.5',
    '5.',
    '-.5e-3',
  ],
  ...[
    '0x1p-2',
    '0x_1F',
    '+1',
    '-1',
    '-0',
    '+0',
    '1:30',
    '190:20:30.15',
    '.inf',
    '-.INF',
    '.NaN',
    '.nan',
    '1__2',
    '1_',
    '18446744073709551616',
  ],
  ...[
    'y',
    'Y',
    'n',
    'N',
    'yes',
    'No',
    'ON',
    'off',
    'true',
    'False',
    'TRUE',
    'null',
    'Null',
    '~',
    '',
    '<<',
    '=',
    '2024-01-01',
    '2001-12-14t21:59:43.10-05:00',
  ],
  ...[
    '-',
    '--',
    '---',
    '...',
    '?',
    ':',
    '- a',
    '? a',
    ': a',
    'a: b',
    'a:',
    'a #b',
    '#a',
    '&a',
    '*a',
    '!a',
    '!!int 1',
    '%a',
    '@a',
    '`a',
    '|',
    '>',
    '{',
    '}',
  ],
  ...[
    'a\u2028b',
    'a\u2029b',
    'a\u0085b',
    'a\u007fb',
    '\ufeffa',
    'a\ufeff',
    '\u00a0',
    '\u0000',
    '\u001b[0m',
    '\ud83d\ude00',
    '\ufffe',
    'a\r\nb',
    'a\rb',
  ],
  ...[
    ' a',
    'a ',
    '\ta',
    'a\t',
    '\n',
    '\n\n',
    'a\n',
    'a\n\n',
    '\na',
    ' \na',
    'a\n b\n',
    'a\n---\nb',
    'a\n...\nb',
    'a \nb',
    '\t\na',
    "it's",
    '"a"',
    '\\',
    'a\\n',
  ],
  ...['1.2.3', '10Gi', '500m', '10.0.0.0/8', 'x'.repeat(2000), 'kind: Secret\n---\nkind: Other\n', '-c', '__proto__'],
];

const fragment = fc.constantFrom(
  ...[
    ': ',
    ' #',
    '- ',
    '\n',
    '\n\n',
    '\t',
    ' ',
    '---',
    '...',
    '|',
    '>',
    '%',
    '@',
    '&a',
    '*a',
    '!t',
    '{',
    ']',
    ',',
    "'",
    '"',
    '\\',
    '\r',
    '?',
    'a',
    '0',
    '_',
  ],
  ...['\u2028', '\u2029', '\u0085', '\u007f', '\ufeff', '\u0000', 'é', '\ud83d\ude00'],
);

export const text: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...ambiguousTexts),
  fc.stringMatching(/^[-+]?[0-9xXbBoOeEpPaF_.:]{1,8}$/),
  fc.array(fragment, { maxLength: 6 }).map((parts) => parts.join('')),
  printableText({ maxLength: 12 }),
  anyText({ maxLength: 6 }),
);

/** Numbers that JSON and Go's float64 and int64 both have. */
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(-0, 1e21, 5e-7),
);

export const scalar: fc.Arbitrary<unknown> = fc.oneof({ weight: 4, arbitrary: text }, number, fc.boolean());

/** Maps and lists of scalars. */
export const structure: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4, depthSize: 'small' }, scalar, tie('list'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  map: fc.dictionary(
    text.filter((key) => key !== '__proto__'),
    tie('value'),
    { maxKeys: 4 },
  ),
})).value;

/** What JSON can say of a value: 0 for -0. */
export function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** As many examples as asked for, the same ones every time. */
export function examples<T>(arbitrary: fc.Arbitrary<T>, count: number): T[] {
  return fc.sample(arbitrary, { numRuns: count, seed: Number(process.env['FAST_CHECK_SEED'] ?? 1) });
}
