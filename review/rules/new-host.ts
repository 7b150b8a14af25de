import { hostsOf } from '../hosts';
import type { ReviewRule } from '../rule';

/** The environment can be reached by a host, or from outside the cluster, that was not there before. */
export const newHost: ReviewRule = {
  name: 'new-host',
  class: 'security',
  check({ before, changes, after }) {
    const known = new Set(before.objects.flatMap((object) => hostsOf(object.manifest, before.releaseOf(object))));
    return changes.flatMap((change) => {
      const hosts = change.after ? hostsOf(change.after.manifest, after.releaseOf(change.after)) : [];
      return [...new Set(hosts)]
        .filter((host) => !known.has(host))
        .map((host) => ({ change, field: '', message: `New public address: ${host}.` }));
    });
  },
};
