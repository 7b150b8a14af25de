/** The name at the end of a chart's address, without a digest, and without the version of an archive. */
export function chartNameOf(chart: string): string {
  const last =
    (chart.split('@')[0] ?? '')
      .split('/')
      .filter((part) => part !== '' && part !== '.')
      .at(-1) ?? '';
  return last.replace(/(-v?[0-9][0-9A-Za-z.+-]*)?\.tgz$/, '');
}

/** A text that is not empty. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
