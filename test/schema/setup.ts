import { findCrds } from '../../scripts/crd-sources';

/** Before all tests of this folder, once: jest counts what is skipped, but does not say why. */
export default function setup(): void {
  const crds = findCrds();
  if ('missing' in crds) process.stderr.write(`schema: imports/schemas/ is not compared with the released CRDs: ${crds.missing}\n`);
}
