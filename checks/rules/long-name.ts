import { isMap } from '../../manifests/fields';
import { fieldOf } from '../../manifests/helm-release';
import type { Rule, RuleFinding } from '../rule';

interface Limit {
  readonly longest: number;
  /** Which derived name or label has the limit. */
  readonly why: string;
}

const HOST_NAME: Limit = { longest: 63, why: 'it is part of a host name, of which no part has more than 63 characters' };
const POD_NAMES: Limit = { longest: 63, why: 'the names of its pods begin with it and are cut off after 63 characters' };

/** The API server accepts up to 253 characters for most of these kinds. Their derived objects then fail, which only a controller's log shows. */
const LIMITS: Readonly<Record<string, Limit>> = {
  CronJob: { longest: 52, why: 'its Jobs are called <name>-<11 digits of the time> and may have 63' },
  DaemonSet: POD_NAMES,
  Deployment: POD_NAMES,
  Job: { longest: 63, why: 'its pods carry it in the label job-name' },
  Namespace: HOST_NAME,
  Pod: HOST_NAME,
  PostgresCluster: { longest: 40, why: 'its CronJobs are called <name>-repo1-full and may have 52' },
  Service: HOST_NAME,
  StatefulSet: { longest: 52, why: 'its pods carry <name>-<10 characters> in the label controller-revision-hash' },
};

/** The maximum length of a label's value. */
const LONGEST_LABEL = 63;

/** Names are short enough for the names and labels that are derived from them, and label values for the API server. */
export const longName: Rule = {
  name: 'long-name',
  check(environment) {
    return environment.objects.flatMap((object): RuleFinding[] => {
      const { kind, metadata } = object.manifest;
      const limit = Object.hasOwn(LIMITS, kind) ? LIMITS[kind] : undefined;
      const name = limit && metadata.name.length > limit.longest ? [{ object, ...tooLong('metadata.name', metadata.name, limit) }] : [];
      const release = environment.releaseOf(object);
      if (release && release.name.length > release.longestName.longest)
        name.push({ object, ...tooLong(fieldOf(release.places.name), release.name, release.longestName) });
      return [...name, ...longLabels(metadata.labels).map((found) => ({ object, ...found }))];
    });
  },
};

function tooLong(field: string, value: string, { longest, why }: Limit): Omit<RuleFinding, 'object'> {
  return {
    field,
    message: `must have at most ${longest} characters, because ${why}; got ${value.length}: "${value}".`,
    remedy: `Use a shorter ${!field.startsWith('metadata.labels.') ? 'name' : 'value'}.`,
  };
}

function longLabels(labels: unknown): Omit<RuleFinding, 'object'>[] {
  if (!isMap(labels)) return [];
  return Object.entries(labels).flatMap(([key, value]) =>
    typeof value === 'string' && value.length > LONGEST_LABEL
      ? [tooLong(`metadata.labels.${key}`, value, { longest: LONGEST_LABEL, why: 'it is the value of a label' })]
      : [],
  );
}
