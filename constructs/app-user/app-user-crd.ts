import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { contractAnnotations } from '../../manifests/contract';
import { clusterScoped } from '../namespace';
import { appUserCrd } from './schema';

/** The CRD of AppUsers. Deleting it deletes every AppUser of the cluster. */
export class AppUserCrd extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const {
      metadata: { name },
      ...definition
    } = appUserCrd;
    const annotations = contractAnnotations({ holdsData: 'every AppUser' });
    clusterScoped(new ApiObject(this, 'resource', { ...definition, metadata: { name, annotations } }));
  }
}
