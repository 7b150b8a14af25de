import { duplicateIdentity } from '../../../checks/rules/duplicate-identity';
import { findings, object, secret, stage } from '../support';

test('reports an object that is declared twice, with both paths', () => {
  const stages = [stage('10-one', secret('cvat/password')), stage('20-other', secret('cvat/password'))];
  expect(findings(duplicateIdentity, ...stages)).toEqual([
    'Secret cvat/password metadata.name | must be unique; Secret cvat/password is also declared by 10-one/password. | Rename or remove one of the two.',
  ]);
});

test('reports every further declaration', () => {
  expect(findings(duplicateIdentity, secret('a'), secret('a'), secret('a'))).toHaveLength(2);
});

test('treats no namespace and the namespace default as equal', () => {
  expect(findings(duplicateIdentity, secret('password'), secret('default/password'))).toHaveLength(1);
});

test('treats two versions of one kind as equal', () => {
  const versions = ['autoscaling/v1', 'autoscaling/v2'].map((apiVersion) => object(apiVersion, 'HorizontalPodAutoscaler', 'program'));
  expect(findings(duplicateIdentity, ...versions)).toHaveLength(1);
});

test('accepts objects that differ in kind, group, namespace or name', () => {
  const others = [
    secret('cvat/a'),
    secret('cvat/b'),
    secret('other/a'),
    object('v1', 'ConfigMap', 'cvat/a'),
    object('x.org/v1', 'Secret', 'cvat/a'),
  ];
  expect(findings(duplicateIdentity, ...others)).toEqual([]);
});
