import type { IResolver } from 'cdk8s';
import { isContractAnnotation } from '../manifests/contract';
import { isMap } from '../manifests/fields';

/**
 * Leaves the annotations of the contract out of every object: `new App({ resolvers: [withoutContract()] })`.
 * This project's checks and commands and the data protection read them: leave them out only where you use none of these.
 */
export function withoutContract(): IResolver {
  return {
    resolve(context) {
      const { key, value } = context as { key: string[]; value: unknown };
      // Metadata is resolved by itself first, where an empty map of annotations is then left out.
      if (key.length !== 1 || key[0] !== 'annotations' || !isMap(value)) return;
      const others = Object.entries(value).filter(([name]) => !isContractAnnotation(name));
      // A replaced value is resolved again.
      if (others.length < Object.keys(value).length) context.replaceValue(Object.fromEntries(others));
    },
  };
}
