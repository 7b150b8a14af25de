import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { contractAnnotations } from '../../manifests/contract';
import { appUserCrd } from './schema';

/** Teaches a cluster what an AppUser is. Deleting the definition deletes every AppUser. */
export class AppUserCrd extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { metadata, ...definition } = appUserCrd;
    new ApiObject(this, 'resource', {
      ...definition,
      metadata: { ...metadata, annotations: contractAnnotations({ holdsData: 'every AppUser' }) },
    });
  }
}
