import { Construct } from 'constructs';
import type { Contract } from '../../manifests/contract';
import type { Values } from '../merge';
import { ensureNamespace } from '../namespace';
import { report } from '../problem';
import { duration } from '../syntax/duration';
import { label } from '../syntax/name';
import { type ChartSource, chartSourceFindings } from './chart-source';
import { Delivery } from './delivery';

export interface HelmReleaseProps extends Contract {
  /** The release's name, which most charts put in front of the names of their objects. At most 50 characters with k3s, 53 with Helm itself. */
  readonly name: string;
  /** The namespace of the release. It is created unless every cluster has it. */
  readonly namespace: string;
  /** Where the chart comes from, and exactly which version. */
  readonly chart: ChartSource;
  /** What differs from the chart's own values. Lists replace the chart's lists, and null takes a default away, as everywhere in Helm. */
  readonly values?: Values;
  /**
   * How long Helm waits for a hook of the chart, as Go writes durations: `15m`.
   * @default Helm's own: five minutes
   */
  readonly timeout?: string;
}

/** A Helm chart, installed: what is installed, from where and with which values. The environment's delivery says how. */
export class HelmRelease extends Construct {
  constructor(scope: Construct, id: string, props: HelmReleaseProps) {
    super(scope, id);
    const { name, namespace, chart, values = {}, timeout, makes, reads, needs, holdsData } = props;

    const delivery = Delivery.of(this);

    report(this, 'name', label(name, delivery.longestName));
    for (const [field, finding] of chartSourceFindings(chart)) report(this, field, finding);
    if (timeout !== undefined) report(this, 'timeout', duration(timeout));

    ensureNamespace(this, namespace);
    delivery.deliver(this, { name, namespace, chart, values, timeout, contract: { makes, reads, needs, holdsData } });
  }
}
