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

test('a Secret must be there with its keys', async () => {
  expect(await making([SECRET])).toBe('waiting: Secret cvat/user is not there yet');
  expect(await making([SECRET], secret('user'))).toBe('waiting: Secret cvat/user has no password yet');
  expect(await making([SECRET], secret())).toBe('waiting: Secret cvat/user has no password, user yet');
  expect(await making([SECRET], secret('user', 'password', 'more'))).toBe('ready');
});

test('a ConfigMap may have its keys as bytes', async () => {
  const reference = { kind: 'ConfigMap', namespace: 'cvat', name: 'map', keys: ['text', 'bytes'] };
  expect(await making([reference], live('v1 ConfigMap', { name: 'map', data: { text: '' }, binaryData: { bytes: 'eA==' } }))).toBe('ready');
});

test('what has no namespace is beside its maker, or in none', async () => {
  const makes = [
    { kind: 'Service', name: 'one' },
    { kind: 'IngressClass', name: 'two' },
  ];
  const [one, two] = [
    live('v1 Service', { namespace: 'apps', name: 'one' }),
    live('networking.k8s.io/v1 IngressClass', { namespace: '', name: 'two' }),
  ];
  expect(await making(makes, one, two)).toBe('ready');
  expect(await making(makes, one)).toBe('waiting: IngressClass two is not there yet');
  expect(await making(makes)).toBe('waiting: Service apps/one is not there yet, and 1 more');
});

describe('a definition', () => {
  const DEFINITION = { kind: 'CustomResourceDefinition', name: 'widgets.example.org', keys: ['v1/Widget'] };
  const definition = (established: 'True' | 'False', served: boolean): LiveObject =>
    live('apiextensions.k8s.io/v1 CustomResourceDefinition', {
      namespace: '',
      name: DEFINITION.name,
      spec: { names: { kind: 'Widget' }, versions: [{ name: 'v1', served }] },
      status: { conditions: [condition('Established', established)] },
    });

  test('must be established, and serve what was said', async () => {
    expect(await making([DEFINITION])).toBe('waiting: CustomResourceDefinition widgets.example.org is not there yet');
    expect(await making([DEFINITION], definition('False', true))).toBe(
      'waiting: CustomResourceDefinition widgets.example.org: is not established yet',
    );
    expect(await making([DEFINITION], definition('True', false))).toBe(
      'waiting: CustomResourceDefinition widgets.example.org does not serve v1/Widget',
    );
    expect(await making([DEFINITION], definition('True', true))).toBe('ready');
  });
});

test('a kind of which no version is known cannot be looked for', async () => {
  expect(await making([{ kind: 'Widget', namespace: 'cvat', name: 'one' }])).toBe('ready');
});

test('an object says first what it lacks itself', async () => {
  const annotations = contractAnnotations({ makes: [SECRET] });
  expect(await stateOf(live('batch/v1 Job', { annotations }))).toBe('waiting: has not started yet');
});
