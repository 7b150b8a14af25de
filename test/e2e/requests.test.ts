import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENVIRONMENT_LABEL } from '../../manifests/contract';
import { toYamlDocuments } from '../../manifests/yaml';
import { Commands } from './harness/command';
import { type ControlPlane, startControlPlane } from './harness/control-plane';
import { ADMINISTRATOR } from './harness/credentials';

const COUNT = 30;

let controlPlane: ControlPlane;
let commands: Commands;

beforeAll(async () => {
  controlPlane = await startControlPlane({ audited: [ADMINISTRATOR.name] });
  commands = new Commands(controlPlane);
});
afterAll(async () => {
  commands?.close();
  await controlPlane?.stop();
});

/** Runs a command for a stage of ConfigMaps, and counts its requests by verb, in the order in which they were first sent. */
async function requestsOf(command: 'deploy' | 'diff', changed: boolean): Promise<Readonly<Record<string, number>>> {
  const folder = join(controlPlane.directory, 'counted');
  mkdirSync(folder, { recursive: true });
  const objects = Array.from({ length: COUNT }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { labels: { [ENVIRONMENT_LABEL]: 'counted' }, name: `counted-${index}`, namespace: 'default' },
    data: { text: changed && index === 0 ? 'changed' : String(index) },
  }));
  writeFileSync(join(folder, '10-many.k8s.yaml'), toYamlDocuments(objects));
  const before = (await controlPlane.audit.complete()).length;
  const { code, stderr } = await commands.run(command, folder);
  expect({ code, stderr }).toEqual({ code: command === 'diff' && changed ? 1 : 0, stderr: expect.any(String) as string });
  const counts: Record<string, number> = {};
  const requests = (await controlPlane.audit.complete()).slice(before);
  for (const { verb, requestURI, userAgent } of requests) {
    if (userAgent !== 'third-party-platform') continue;
    const what = `${verb} ${requestURI.replace(/\?.*/, '').replace(/counted-\d+$/, '*')}`;
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return counts;
}

const DISCOVERY = { 'get /readyz': 1, 'get /api': 1, 'get /apis': 1 };
const RIGHTS = { 'create /apis/authorization.k8s.io/v1/selfsubjectaccessreviews': 1 };
const LIST = 'list /api/v1/namespaces/default/configmaps';
const OBJECT = '/api/v1/namespaces/default/configmaps/*';
const INVENTORY = '/api/v1/namespaces/default/configmaps/third-party-platform-counted';

test('a first deploy sends one apply for each object', async () => {
  expect(await requestsOf('deploy', false)).toEqual({
    ...DISCOVERY,
    ...RIGHTS,
    // Inventories, objects with the label, and the names of others.
    [LIST]: 3,
    [`get ${INVENTORY}`]: 1,
    // Created empty, and then written.
    [`patch ${INVENTORY}`]: 2,
    [`patch ${OBJECT}`]: COUNT,
  });
});

test('a deploy without a change sends as many requests for many objects as for one', async () => {
  expect(await requestsOf('deploy', false)).toEqual({ ...DISCOVERY, ...RIGHTS, [LIST]: 2 });
});

test('diff without a change sends no dry run', async () => {
  expect(await requestsOf('diff', false)).toEqual({ ...DISCOVERY, [LIST]: 2 });
});

test('diff sends a dry run of the changed object only', async () => {
  expect(await requestsOf('diff', true)).toEqual({ ...DISCOVERY, [LIST]: 2, [`patch ${OBJECT}`]: 1 });
});

test('a deploy of a change sends one apply for it', async () => {
  expect(await requestsOf('deploy', true)).toEqual({ ...DISCOVERY, ...RIGHTS, [LIST]: 2, [`patch ${OBJECT}`]: 1 });
});
