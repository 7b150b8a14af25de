import { isIPv4, isIPv6 } from 'node:net';
import type { Format } from 'ajv';
import { formatDuration } from './duration';

const between = (lowest: number, highest: number): Format => ({
  type: 'number',
  validate: (value: number) => Number.isInteger(value) && lowest <= value && value <= highest,
});

/** https://datatracker.ietf.org/doc/html/rfc3339#section-5.6, as Go reads it. */
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** The formats that CRDs use, as the API server checks them. A format that is not here is an error when a schema is compiled. */
export const formats: Readonly<Record<string, Format>> = {
  int32: between(-(2 ** 31), 2 ** 31 - 1),
  // YAML's numbers are JavaScript's here: beyond these they would not be exact, and no test could tell.
  int64: between(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  'date-time': (value) => DATE_TIME.test(value) && !Number.isNaN(Date.parse(value)),
  duration: (value) => formatDuration(value) !== undefined,
  ipv4: (value) => isIPv4(value),
  ipv6: (value) => isIPv6(value),
};
