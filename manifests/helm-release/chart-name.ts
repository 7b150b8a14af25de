import { parseImage } from '../image-reference';

/** The name at the end of a chart's address, without tag, digest and query, and without the version of an archive. */
export function chartNameOf(chart: string): string {
  const last =
    parseImage(chart.replace(/[?#].*$/, ''))
      .repository.split('/')
      .filter((part) => part !== '' && part !== '.')
      .at(-1) ?? '';
  return last.replace(/(-v?[0-9][0-9A-Za-z.+-]*)?\.tgz$/, '');
}

/** A text that is not empty. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
