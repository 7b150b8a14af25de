import type { Reference } from '../../../manifests/reference';
import type { LiveObject } from '../../../cluster/objects/live-object';
import { contractAnnotations } from '../../../manifests/contract';
import { condition, live, stateOf } from './support';

/** What an object of any kind is that makes these, when the cluster has those. */
function making(makes: readonly Reference[], ...cluster: readonly LiveObject[]): Promise<string> {
  return stateOf(live('example.org/v1 Maker', { namespace: 'apps', annotations: contractAnnotations({ makes }) }), cluster);
}

const SECRET = { kind: 'Secret', namespace: 'cvat', name: 'user', keys: ['password', 'user'] };
const secret = (...keys: string[]): LiveObject =>
  live('v1 Secret', { name: 'user', data: Object.fromEntries(keys.map((key) => [key, 'eA=='])) });

test('waits for a Secret and its keys', async () => {
  expect(await making([SECRET])).toBe('waiting: Secret cvat/user does not exist yet');
  expect(await making([SECRET], secret('user'))).toBe('waiting: Secret cvat/user lacks password');
  expect(await making([SECRET], secret())).toBe('waiting: Secret cvat/user lacks password, user');
  expect(await making([SECRET], secret('user', 'password', 'more'))).toBe('ready');
});

test('finds the keys of a ConfigMap in data and binaryData', async () => {
  const reference = { kind: 'ConfigMap', namespace: 'cvat', name: 'map', keys: ['text', 'bytes'] };
  expect(await making([reference], live('v1 ConfigMap', { name: 'map', data: { text: '' }, binaryData: { bytes: 'eA==' } }))).toBe('ready');
});

test('looks for a reference without namespace beside its maker, or in no namespace if its kind is cluster-scoped', async () => {
  const makes = [
    { kind: 'Service', name: 'one' },
    { kind: 'IngressClass', name: 'two' },
  ];
  const [one, two] = [
    live('v1 Service', { namespace: 'apps', name: 'one' }),
    live('networking.k8s.io/v1 IngressClass', { namespace: '', name: 'two' }),
  ];
  expect(await making(makes, one, two)).toBe('ready');
  expect(await making(makes, one)).toBe('waiting: IngressClass two does not exist yet');
  expect(await making(makes)).toBe('waiting: 2 objects are not ready, one of them: Service apps/one does not exist yet');
});

describe('a CRD', () => {
  const CRD = { kind: 'CustomResourceDefinition', name: 'widgets.example.org', keys: ['v1/Widget'] };
  const crd = (established: 'True' | 'False', served: boolean): LiveObject =>
    live('apiextensions.k8s.io/v1 CustomResourceDefinition', {
      namespace: '',
      name: CRD.name,
      spec: { names: { kind: 'Widget' }, versions: [{ name: 'v1', served }] },
      status: { conditions: [condition('Established', established)] },
    });

  test('must be established, and serve the versions of the contract', async () => {
    expect(await making([CRD])).toBe('waiting: CustomResourceDefinition widgets.example.org does not exist yet');
    expect(await making([CRD], crd('False', true))).toBe('waiting: CustomResourceDefinition widgets.example.org: is not established yet');
    expect(await making([CRD], crd('True', false))).toBe('waiting: CustomResourceDefinition widgets.example.org does not serve v1/Widget');
    expect(await making([CRD], crd('True', true))).toBe('ready');
  });
});

test('does not look for a kind whose version is unknown', async () => {
  expect(await making([{ kind: 'Widget', namespace: 'cvat', name: 'one' }])).toBe('ready');
});

test('reports the state of the object itself first', async () => {
  const annotations = contractAnnotations({ makes: [SECRET] });
  expect(await stateOf(live('batch/v1 Job', { annotations }))).toBe('waiting: has not started yet');
});
