import { type ApiClient, isStatus } from '../kubernetes/api-client';
import { MANAGED_BY } from './credentials';
import { randomPassword } from './password';

/** A Secret with passwords that no person needs to know, which the operator creates. */
export interface GeneratedSecret {
  readonly name: string;
  /** The keys that get a random value each. */
  readonly random: readonly string[];
  /** Further keys, which are public: a user's name. */
  readonly values?: Readonly<Record<string, string>>;
}

/** Creates the Secrets that do not exist, and returns their names. An existing one is not changed. */
export async function generateSecrets(
  client: ApiClient,
  namespace: string,
  secrets: readonly GeneratedSecret[],
): Promise<readonly string[]> {
  const made: string[] = [];
  const path = `/api/v1/namespaces/${namespace}/secrets`;
  for (const { name, random, values = {} } of secrets) {
    if (await exists(client, `${path}/${name}`)) continue;
    const stringData = { ...values, ...Object.fromEntries(random.map((key) => [key, randomPassword()])) };
    const metadata = { name, labels: { ...MANAGED_BY, 'kapernikov.com/purpose': 'generated' } };
    try {
      await client.request({ method: 'POST', path, body: { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata, stringData } });
      made.push(name);
    } catch (error) {
      // Another client created it meanwhile: it is kept.
      if (!isStatus(error, 409)) throw error;
    }
  }
  return made;
}

async function exists(client: ApiClient, path: string): Promise<boolean> {
  try {
    await client.request({ path });
    return true;
  } catch (error) {
    if (isStatus(error, 404)) return false;
    throw error;
  }
}
