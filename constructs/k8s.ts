/**
 * Kubernetes' own objects: the L1 classes of cdk8s-plus-27. Its L2 classes derive selectors from the path of a construct, and a selector can
 * never be changed. They are not even loaded: that is a tenth of the time that a synthesis takes (docs/performance.md).
 */
export * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
