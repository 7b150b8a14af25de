import { existsSync, readFileSync } from 'node:fs';
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { HelmChartSpec } from '../../../imports/helm.cattle.io';
import type { Need } from '../../../manifests/reference';
import { contractAnnotations } from '../../../manifests/contract';
import { toYaml } from '../../../manifests/yaml';
import type { Plain } from '../../plain';
import { report } from '../../problem';
import { asGoPrints } from '../../syntax/duration';
import type { ChartSource } from '../chart-source';
import { Delivery, type Release } from '../delivery';
import { privateSourceNeeds, type SecretPlace } from '../private-source';

/** An archive is stored base64-encoded in a ConfigMap, which holds at most 1 MiB: above that k3s reports the failure in its log only. */
const LARGEST_ARCHIVE = 740_000;

const HELM_CONTROLLER: Need = {
  kind: 'CustomResourceDefinition',
  name: 'helmcharts.helm.cattle.io',
  keys: ['v1/HelmChart'],
  remedy: 'included in k3s and RKE2; on another cluster use another delivery',
};

/** The controller reads Secrets and ConfigMaps of the namespace of the HelmChart. https://docs.k3s.io/helm#helmchart-field-definitions */
const PLACE: SecretPlace = { namespace: 'kube-system', basicAuthType: 'kubernetes.io/basic-auth', caKind: 'ConfigMap' };

/**
 * Delivery by the Helm controller of k3s and RKE2: a HelmChart for each release.
 * https://docs.k3s.io/helm
 */
export function k3s(): Delivery {
  return new K3sDelivery();
}

class K3sDelivery extends Delivery {
  /** The controller's own Job is called `helm-install-<name>`, and a Job's name has at most 63 characters. */
  override readonly longestName = 50;

  override deliver(scope: Construct, release: Release): void {
    const spec: Plain<HelmChartSpec> = {
      ...chartFields(scope, release.chart),
      // Always: without it the controller looks for a release of this name in every namespace, and may take another's for its own.
      targetNamespace: release.namespace,
      // `abort` never recovers by itself, and `reinstall`, which is the default, uninstalls a failed release with its data.
      failurePolicy: 'retry',
      // In the format in which the controller writes it. In another format, the field would later conflict with the controller's.
      timeout: release.timeout && asGoPrints(release.timeout),
      // A string, not an object: every version of the controller understands it.
      valuesContent: Object.keys(release.values).length > 0 ? toYaml(release.values) : undefined,
    };
    const { needs = [] } = release.contract;
    const privateNeeds = privateSourceNeeds(release.chart, PLACE, needs);
    new ApiObject(scope, 'resource', {
      apiVersion: 'helm.cattle.io/v1',
      kind: 'HelmChart',
      metadata: {
        name: release.name,
        // Never deleted. If the namespace of the HelmChart were deleted, the release would not be uninstalled.
        namespace: PLACE.namespace,
        annotations: contractAnnotations({ ...release.contract, needs: [HELM_CONTROLLER, ...privateNeeds, ...needs] }),
      },
      spec,
    });
  }
}

function chartFields(scope: Construct, chart: ChartSource): Plain<HelmChartSpec> {
  switch (chart.kind) {
    case 'repository':
      return {
        repo: chart.url,
        chart: chart.name,
        version: chart.version,
        authSecret: nameOf(chart.secret),
        repoCAConfigMap: nameOf(chart.ca),
      };
    case 'oci':
      if (chart.digest !== undefined) {
        report(scope, 'chart.digest', {
          message: 'k3s cannot pin a chart by its digest: a HelmChart has no field for it.',
          remedy: 'Leave the digest out, or keep the packaged chart in this repository and use fromArchive.',
        });
      }
      return {
        chart: chart.url,
        version: chart.version,
        dockerRegistrySecret: nameOf(chart.secret),
        repoCAConfigMap: nameOf(chart.ca),
      };
    case 'git':
      report(scope, 'chart', {
        message: 'k3s cannot install a chart from git.',
        remedy: `Check out ${chart.tag} of its repository, run \`helm package --dependency-update ${chart.path}\`, keep the .tgz in this repository and use fromArchive.`,
      });
      return {};
    case 'archive':
      return { chartContent: archiveContent(scope, chart.file) };
  }
}

function nameOf(name: string | undefined): { readonly name: string } | undefined {
  return name === undefined ? undefined : { name };
}

function archiveContent(scope: Construct, file: string): string | undefined {
  if (!existsSync(file)) return undefined; // which the source itself reports
  const content = readFileSync(file);
  if (content.length > LARGEST_ARCHIVE) {
    report(scope, 'chart.file', {
      message: `"${file}" has ${content.length} bytes, and k3s stores at most ${LARGEST_ARCHIVE}.`,
      remedy: 'Publish the chart in a registry or repository, and use fromOci or fromRepository.',
    });
  }
  return content.toString('base64');
}
