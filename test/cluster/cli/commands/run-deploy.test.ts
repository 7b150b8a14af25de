import { runDeploy } from '../../../../cluster/cli/commands/run-deploy';
import type { Manifest } from '../../../../manifests/manifest';
import { distOf, manifest } from '../../support/objects';
import { sessionOn } from '../../support/session';
import { ran } from './support';

/** An Ingress that makes a login Secret. */
const application = (name: string): Manifest =>
  manifest(`networking.k8s.io/v1 Ingress ${name}/entrance`, {
    spec: { rules: [{ host: `${name}.local` }] },
    contract: { makes: [{ kind: 'Secret', namespace: name, name: 'login', keys: ['user', 'password'] }] },
  });
const login = (name: string): Manifest => manifest(`v1 Secret ${name}/login`, { data: { user: 'eA==', password: 'eA==' } });

test('a deploy of one stage prints URLs and Secrets of that stage only, and counts its objects', async () => {
  const session = sessionOn();
  for (const name of ['one', 'two']) session.cluster.put(login(name));
  const { code, out } = await ran(
    'deploy',
    runDeploy,
    session,
    distOf({ '10-one': [application('one')], '20-two': [application('two')] }),
    '--stage',
    'two',
  );
  expect(code).toBe(0);
  expect(out).toContain('\ntwo of local is ready (1 object).\n');
  expect(out).toContain('Open in a browser:\n  http://two.local\n');
  expect(out).toContain('Passwords are in:\n  Secret two/login\n');
  expect(out).not.toContain('one');
});
