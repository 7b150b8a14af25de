import { type LoginCredentials, Unavailable } from '../accounts/account';
import { type ApiClient, isStatus } from '../kubernetes/api-client';
import type { SecretManifest } from './credentials';

/** Reads the operator's own credentials. They are read at every login, because the Secret may be changed at any time. */
export async function readLogin(client: ApiClient, namespace: string, name: string): Promise<LoginCredentials> {
  const secret = await read(client, `/api/v1/namespaces/${namespace}/secrets/${name}`, name);
  const value = (key: string): string => Buffer.from(secret.data?.[key] ?? '', 'base64').toString();
  const login = { username: value('username'), password: value('password') };
  if (login.username === '' || login.password === '') throw new Unavailable(`the Secret "${name}" has no username or no password`);
  return login;
}

async function read(client: ApiClient, path: string, name: string): Promise<SecretManifest> {
  try {
    return await client.request<SecretManifest>({ path });
  } catch (error) {
    const reason = isStatus(error, 404) ? 'does not exist' : 'cannot be read now';
    throw new Unavailable(`the Secret "${name}", with which the operator logs in, ${reason}`);
  }
}
