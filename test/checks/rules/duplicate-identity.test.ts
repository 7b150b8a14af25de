import { duplicateIdentity } from '../../../checks/rules/duplicate-identity';
import { findings, object, secret, stage } from '../support';

test('an object that two places make is found, and both are named', () => {
  const stages = [stage('10-one', secret('cvat/password')), stage('20-other', secret('cvat/password'))];
  expect(findings(duplicateIdentity, ...stages)).toEqual([
    'Secret cvat/password metadata.name | Secret cvat/password is also made by 10-one/password. | Rename one of the two, or take one away.',
  ]);
});

test('every further one is found', () => {
  expect(findings(duplicateIdentity, secret('a'), secret('a'), secret('a'))).toHaveLength(2);
});

test('no namespace and the namespace default are the same', () => {
  expect(findings(duplicateIdentity, secret('password'), secret('default/password'))).toHaveLength(1);
});

test('two versions of one kind are the same object', () => {
  const versions = ['autoscaling/v1', 'autoscaling/v2'].map((apiVersion) => object(apiVersion, 'HorizontalPodAutoscaler', 'program'));
  expect(findings(duplicateIdentity, ...versions)).toHaveLength(1);
});

test('objects that differ in kind, group, namespace or name are different', () => {
  const others = [
    secret('cvat/a'),
    secret('cvat/b'),
    secret('other/a'),
    object('v1', 'ConfigMap', 'cvat/a'),
    object('x.org/v1', 'Secret', 'cvat/a'),
  ];
  expect(findings(duplicateIdentity, ...others)).toEqual([]);
});
