import { ApiObject } from 'cdk8s';
import { Construct, type IConstruct } from 'constructs';
import { contractAnnotations } from '../../manifests/contract';
import { crdOf } from '../../manifests/custom-resource-definition';
import { CRD_GUARD_NAME, POSTGRES_OPERATOR_GROUP } from '../../manifests/data-protection/guarded';
import type { Manifest } from '../../manifests/manifest';
import type { Reference } from '../../manifests/reference';
import { storedCrd } from '../../manifests/stored-crds';
import { addPolicy, deletion, matchConstraints } from '../admission-policy';
import { clusterScoped } from '../namespace';

/** What PGO 5.8 serves. */
const PLURALS = ['postgresclusters', 'pgupgrades', 'pgadmins', 'crunchybridgeclusters'];

/** With a CRD goes every database of the cluster, also those of other environments: GitOps controllers must not prune it. */
const NEVER_PRUNED = {
  'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
  'kustomize.toolkit.fluxcd.io/prune': 'disabled',
};

/** PGO's CRDs, as references of a contract. */
export function postgresOperatorCrds(): Reference[] {
  return PLURALS.map((plural) => {
    const { name = '', kinds = [] } = crdOf(crdOfPlural(plural)) ?? {};
    return { kind: 'CustomResourceDefinition', name, keys: kinds.map(({ apiVersion, kind }) => `${apiVersion.split('/')[1]}/${kind}`) };
  });
}

/**
 * PGO's CRDs without descriptions: with them, that of PostgresClusters is larger than `kubectl apply` can store. `npm run import` writes them.
 *
 * A policy refuses to delete them until they are marked, in every environment and for every client: deleting a CRD deletes every object of its kind
 * in the whole cluster. Needs Kubernetes 1.30.
 */
export class PostgresOperatorCrds extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const names = PLURALS.map((plural) => `${plural}.${POSTGRES_OPERATOR_GROUP}`);
    addPolicy(this, {
      name: CRD_GUARD_NAME,
      annotations: NEVER_PRUNED,
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: matchConstraints([
          { group: 'apiextensions.k8s.io', resources: ['customresourcedefinitions'], operations: ['DELETE'] },
        ]),
        // A rule with resourceNames would not match the deletion of a collection.
        matchConditions: [{ name: 'guarded', expression: `oldObject.metadata.name in ${JSON.stringify(names)}` }],
        validations: [deletion(`'every ' + oldObject.spec.names.kind`)],
      },
    });
    for (const plural of PLURALS) clusterScoped(new StoredCrd(this, plural, crdOfPlural(plural)));
  }

  /** Whether an App has them already: they are cluster-scoped. */
  static isIn({ node }: IConstruct): boolean {
    return node.root.node.findAll().some((construct) => construct instanceof PostgresOperatorCrds);
  }
}

/** A CRD of imports/schemas/. Its spec is passed on as it is: cdk8s would take 50 ms to copy and sort that of PostgresClusters. */
class StoredCrd extends ApiObject {
  constructor(
    scope: Construct,
    id: string,
    private readonly crd: Manifest,
  ) {
    const { apiVersion, kind, metadata, spec } = crd;
    const { names } = spec as { readonly names: { readonly kind: string } };
    const annotations = { ...metadata.annotations, ...contractAnnotations({ holdsData: `every ${names.kind}` }), ...NEVER_PRUNED };
    super(scope, id, { apiVersion, kind, metadata: { name: metadata.name, annotations } });
  }

  override toJson(): unknown {
    return { ...(super.toJson() as Manifest), spec: this.crd['spec'] };
  }
}

function crdOfPlural(plural: string): Manifest {
  return storedCrd(`${POSTGRES_OPERATOR_GROUP}_${plural}.json`);
}
