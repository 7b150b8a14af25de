import type { Construct } from 'constructs';
import type { Contract } from '../../manifests/contract';
import type { Values } from '../../manifests/merge';
import { report } from '../problem';
import type { ChartSource } from './chart-source';

/** A Helm release, as every delivery gets to see it: complete, and checked as far as it does not depend on the delivery. */
export interface Release {
  readonly name: string;
  readonly namespace: string;
  readonly chart: ChartSource;
  readonly values: Values;
  /** How long Helm waits for a hook, as Go writes durations. Left out: Helm's own default, five minutes. */
  readonly timeout?: string;
  readonly contract: Contract;
}

const CONTEXT_KEY = 'platform.kapernikov.com/delivery';

/**
 * How Helm charts get onto a cluster: by k3s' Helm controller, by Flux, by Argo CD, or rendered at synth.
 *
 * It is set once for an environment and found through the construct tree, like a Chart.
 * A new delivery is one file in delivery/ with one class; what it cannot do, it reports as a problem with a remedy.
 */
export abstract class Delivery {
  /** Makes this the delivery of everything that is created below `scope` from now on. */
  static provide(scope: Construct, delivery: Delivery): void {
    scope.node.setContext(CONTEXT_KEY, instanceOf(scope, delivery));
  }

  /** The delivery that was provided for a construct, if any. */
  static of(construct: Construct): Delivery | undefined {
    const delivery: unknown = construct.node.tryGetContext(CONTEXT_KEY);
    return delivery instanceof Delivery ? delivery : undefined;
  }

  /** Whether the chart's objects are in dist, so that a review sees them there. */
  readonly rendersAtSynth: boolean = false;

  /** The namespace of the controller and of the delivery's own objects, which an environment must neither create nor delete. @default none */
  readonly namespace?: string;

  /** The longest name that a release can have with this delivery. */
  abstract readonly longestName: number;

  /** Adds to `scope` the objects that install this release, with its contract as their annotations. */
  abstract deliver(scope: Construct, release: Release): void;
}

/** `delivery: k3s` instead of `k3s()` is reported, and called, so that the other problems are found too. */
function instanceOf(scope: Construct, delivery: unknown): unknown {
  if (typeof delivery !== 'function') return delivery;
  report(scope, 'delivery', { message: `must be a delivery; got the function ${delivery.name}.`, remedy: `Call it: ${delivery.name}().` });
  return (delivery as () => unknown)();
}
