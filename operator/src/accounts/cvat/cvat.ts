import type { Application } from '../account';
import { CvatAccounts } from './cvat-accounts';

/** CVAT, as the rest of the operator knows it. */
export const cvat: Application = {
  name: 'CVAT',
  secretSuffix: 'cvat',
  variablePrefix: 'CVAT',
  connect: (options) => new CvatAccounts(options),
};
