import type { Application } from './account';
import { cvat } from './cvat/cvat';

/** The application whose accounts this operator keeps. Another one is another folder, and another line here. */
export const application: Application = cvat;
