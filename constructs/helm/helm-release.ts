import { Construct } from 'constructs';
import type { Contract } from '../../manifests/contract';
import { dataFindings } from '../../manifests/data';
import { isMap } from '../../manifests/fields';
import type { Finding } from '../../manifests/finding';
import type { Values } from '../../manifests/merge';
import { ensureNamespace, namespaceOf } from '../namespace';
import { report } from '../problem';
import { duration } from '../syntax/duration';
import { label } from '../syntax/name';
import { lockedChart, readChartLock, vendoredFinding } from '../../manifests/chart-lock';
import { type ChartSource, chartSourceFindings, describeSource } from './chart-source';
import { Delivery, type Release } from './delivery';
import { madeBy } from './review-file';

export interface HelmReleaseProps extends Contract {
  /** The release's name, which most charts put in front of the names of their objects. At most 50 characters with k3s, 53 with Helm itself. */
  readonly name: string;
  /**
   * The namespace of the release. It is created unless every cluster has it, or the delivery's controller is in it.
   * @default the namespace of the Chart, or else `default`
   */
  readonly namespace?: string;
  /** Where the chart comes from, and exactly which version. */
  readonly chart: ChartSource;
  /** What differs from the chart's own values. Lists replace the chart's lists, and null takes a default away, as everywhere in Helm. */
  readonly values?: Values;
  /**
   * How long Helm waits for a hook of the chart, as Go writes durations: `15m`.
   * @default Helm's own: five minutes
   */
  readonly timeout?: string;
  /**
   * How the chart is installed: `k3s()`, `flux()`, `argoCd()` or `rendered()`.
   * @default the delivery of the environment or App: Delivery.provide(app, k3s())
   */
  readonly delivery?: Delivery;
}

/** The longest name of a release that Helm accepts. */
const LONGEST_NAME = 53;

const NO_DELIVERY: Finding = {
  message: 'must be set here or for the whole App; got none.',
  remedy: 'Pass delivery: k3s(), or call Delivery.provide(app, k3s()) before you create Helm releases.',
};

/** A Helm chart, installed: what is installed, from where and with which values. The environment's delivery says how. */
export class HelmRelease extends Construct {
  /** The release with all defaults. */
  readonly release: Release;

  constructor(scope: Construct, id: string, props: HelmReleaseProps) {
    super(scope, id);
    const { name, chart, timeout, makes, reads, operates, needs, holdsData, neededBy } = props;
    const namespace = namespaceOf(this, props.namespace) ?? 'default';
    const delivery = props.delivery ?? Delivery.of(this);

    report(this, 'delivery', delivery ? undefined : NO_DELIVERY);
    report(this, 'name', label(name, delivery?.longestName ?? LONGEST_NAME));
    for (const [field, finding] of chartSourceFindings(chart)) report(this, field, finding);
    const locked = lockedChart(readChartLock(), describeSource(chart));
    report(this, 'chart', locked && vendoredFinding(locked));
    const values = this.checkedValues(props.values);
    if (timeout !== undefined) report(this, 'timeout', duration(timeout));

    if (namespace !== delivery?.namespace) ensureNamespace(this, namespace, { neededBy });
    const release = { name, namespace, chart, values, timeout };
    this.release = {
      ...release,
      contract: {
        makes: delivery?.rendersAtSynth ? makes : madeBy(this, release, { makes, operates }),
        reads,
        operates,
        needs,
        holdsData,
        neededBy,
      },
    };
    delivery?.deliver(this, this.release);
  }

  /** The values, or none when they cannot be written. */
  private checkedValues(values: unknown = {}): Values {
    const findings = dataFindings({ values });
    for (const { field, ...finding } of findings) report(this, field, finding);
    if (findings.length > 0) return {};
    if (isMap(values)) return values as Values;
    report(this, 'values', {
      message: `must be a map; got ${JSON.stringify(values)}.`,
      remedy: "Write the chart's values as an object, or leave it out.",
    });
    return {};
  }
}
