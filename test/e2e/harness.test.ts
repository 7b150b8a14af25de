import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { controlPlaneVersions } from '../../scripts/control-plane';
import type { Forgotten } from './fixtures/forgetful';
import { type ControlPlane, startControlPlane } from './harness/control-plane';
import { served } from './harness/served';
import { until } from './harness/until';

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const READER = { name: 'reader', groups: ['readers'] };

describe('a control plane', () => {
  let controlPlane: ControlPlane;

  beforeAll(async () => {
    controlPlane = await startControlPlane({ users: [READER] });
  });

  afterAll(async () => {
    await controlPlane?.stop();
  });

  test('is ready when it has started', async () => {
    expect(await controlPlane.kubectl.run(['get', '--raw', '/readyz'])).toEqual({ code: 0, stdout: 'ok', stderr: '' });
    expect(Object.keys(controlPlane.pids).sort()).toEqual(['etcd', 'kube-apiserver', 'kube-controller-manager']);
  });

  test('and its clients have the versions of go.mod', async () => {
    const { kubernetes, helm } = controlPlaneVersions();
    const [major, minor] = kubernetes.slice(1).split('.');
    expect(JSON.parse(await controlPlane.kubectl.output(['version', '-o', 'json']))).toMatchObject({
      clientVersion: { gitVersion: kubernetes, major, minor },
      serverVersion: { gitVersion: kubernetes, major, minor },
    });
    // Helm tells charts, without asking a server, for which Kubernetes it was built.
    const chart = join(__dirname, 'fixtures', 'charts', 'capabilities');
    const asHelm = (...args: readonly string[]): string => execFileSync(controlPlane.program('helm'), args, { encoding: 'utf8' });
    expect(asHelm('version', '--template={{.Version}}')).toBe(helm);
    expect(asHelm('template', chart)).toContain(`kubernetes: v${major}.${minor}.0`);
  });

  test('deletes a namespace with what is in it', async () => {
    const { kubectl } = controlPlane;
    await kubectl.output(['create', 'namespace', 'short-lived']);
    await kubectl.output(['create', 'configmap', 'content', '--namespace=short-lived']);
    expect(await kubectl.run(['delete', 'namespace', 'short-lived', '--timeout=120s'])).toMatchObject({ code: 0 });
    expect(await kubectl.run(['get', 'namespace', 'short-lived'])).toMatchObject({ code: 1, stderr: expect.stringContaining('NotFound') });
  });

  test('gives a namespace its service account, whose token is an identity', async () => {
    const { kubectl } = controlPlane;
    await kubectl.output(['create', 'namespace', 'with-account']);
    await kubectl.output(['wait', '--for=create', 'serviceaccount/default', '--namespace=with-account', '--timeout=120s']);
    const token = (await kubectl.output(['create', 'token', 'default', '--namespace=with-account'])).trim();
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
    const answer = await kubectl.output(['create', '-f', '-', '-o', 'json'], { input: JSON.stringify(review) });
    expect(JSON.parse(answer)).toMatchObject({
      status: { authenticated: true, user: { username: 'system:serviceaccount:with-account:default' } },
    });
  });

  test('establishes a CRD and serves its objects', async () => {
    const { kubectl } = controlPlane;
    const crd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'gadgets.example.org' },
      spec: {
        group: 'example.org',
        scope: 'Namespaced',
        names: { kind: 'Gadget', plural: 'gadgets' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    };
    expect(await kubectl.apply(crd, '--server-side')).toMatchObject({ code: 0, stderr: '' });
    await kubectl.output(['wait', '--for=condition=Established', 'crd/gadgets.example.org', '--timeout=120s']);
    await served(kubectl, 'gadgets.example.org');
    const gadget = { apiVersion: 'example.org/v1', kind: 'Gadget', metadata: { name: 'one', namespace: 'default' } };
    expect(await kubectl.apply(gadget)).toMatchObject({ code: 0, stdout: 'gadget.example.org/one created\n' });
    expect(await kubectl.get('gadget', 'one')).toMatchObject(gadget);
  });

  test('enforces a ValidatingAdmissionPolicy', async () => {
    const { kubectl } = controlPlane;
    const policy = (kind: string, spec: object): object => ({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind,
      metadata: { name: 'locked' },
      spec,
    });
    const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] };
    const applied = await kubectl.apply([
      policy('ValidatingAdmissionPolicy', {
        matchConstraints: { resourceRules: [rule] },
        validations: [{ expression: "object.metadata.name != 'forbidden'", message: 'this name is not for you' }],
      }),
      policy('ValidatingAdmissionPolicyBinding', { policyName: 'locked', validationActions: ['Deny'] }),
    ]);
    expect(applied).toMatchObject({ code: 0 });
    await until('the policy refuses', async () => {
      const { stderr } = await kubectl.run(['create', 'configmap', 'forbidden', '--dry-run=server']);
      return stderr.includes('this name is not for you');
    });
  });

  test('lets a user do what RBAC allows its group, and nothing else', async () => {
    const { kubectl } = controlPlane;
    const reader = controlPlane.kubectlAs(READER.name);
    expect(await reader.run(['get', 'namespaces'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('User "reader" cannot list'),
    });
    await kubectl.output(['create', 'clusterrolebinding', 'readers', '--clusterrole=view', '--group=readers']);
    await until('the binding is in force', async () => (await reader.run(['get', 'namespaces'])).code === 0);
    expect(await reader.run(['create', 'namespace', 'mine'])).toMatchObject({ code: 1, stderr: expect.stringContaining('Forbidden') });
  });

  test('names the user that it does not know', () => {
    expect(() => controlPlane.kubectlAs('unknown')).toThrow('the control plane knows no user "unknown": pass it in the option "users"');
  });

  test('keeps its objects and its address when its API server restarts', async () => {
    const { kubectl, server } = controlPlane;
    await kubectl.output(['create', 'namespace', 'lasting']);
    const before = controlPlane.pids['kube-apiserver'];
    await controlPlane.stopApiServer();
    expect(await kubectl.run(['get', 'namespace', 'lasting'])).toMatchObject({ code: 1, stderr: expect.stringContaining('refused') });
    await controlPlane.startApiServer();
    expect(await kubectl.run(['get', 'namespace', 'lasting'])).toMatchObject({ code: 0 });
    expect(controlPlane.pids['kube-apiserver']).not.toBe(before);
    expect(controlPlane.server).toBe(server);
  });

  test('says which kubectl does not end in time', async () => {
    const waiting = controlPlane.kubectl.run(['get', 'namespaces', '--watch'], { seconds: 1 });
    await expect(waiting).rejects.toThrow('kubectl get namespaces --watch did not end within 1 s');
  });

  test('leaves no process and no folder when it stops', async () => {
    const pids = [...Object.values(controlPlane.pids), controlPlane.processes.keeperPid ?? 0];
    expect(pids.map(runs)).toEqual([true, true, true, true]);
    expect(readdirSync(controlPlane.directory)).toContain('etcd');
    await controlPlane.stop();
    expect(pids.map(runs)).toEqual([false, false, false, false]);
    expect(existsSync(controlPlane.directory)).toBe(false);
  });
});

describe('a process that started a control plane', () => {
  async function endedBy(signal: NodeJS.Signals): Promise<void> {
    const child = spawn(
      process.execPath,
      ['--require', join(__dirname, '..', '..', 'scripts', 'typescript.js'), join(__dirname, 'fixtures', 'forgetful.ts')],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    try {
      const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`it ended with code ${code}, before it started one`)));
      const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), ended])) as [string];
      const { pids, directory } = JSON.parse(line) as Forgotten;
      expect(pids.map(runs)).toEqual([true, true, true]);
      child.kill(signal);
      await until(`nothing is left after ${signal}`, () => !pids.some(runs) && !existsSync(directory));
    } finally {
      child.kill('SIGKILL');
    }
  }

  test('leaves nothing behind when it is interrupted, or killed', async () => {
    await Promise.all([endedBy('SIGINT'), endedBy('SIGKILL')]);
  });
});
