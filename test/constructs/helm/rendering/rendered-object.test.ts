import { HelmError } from '../../../../constructs/helm/rendering/helm-template';
import { renderedObjects } from '../../../../constructs/helm/rendering/rendered-object';

const from = (template: string, yaml: string): string => `---\n# Source: app/${template}\n${yaml}\n`;
const named = (yaml: string): string[] =>
  renderedObjects(from('templates/a.yaml', yaml)).map(
    ({ manifest: { apiVersion, kind, metadata } }) => `${apiVersion} ${kind} ${metadata.name}`,
  );

test('names the template of each object, also where its name has spaces and its lines end as on Windows', () => {
  const config = (name: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata:\n  text: |\n    one\n    ---\n    two`;
  const output = from('templates/my file.yaml', `${config('a')}\n---\n${config('b')}`) + from('charts/part/crds/c.yaml', config('c'));
  const expected = [
    ['templates/my file.yaml', 'a', 'one\n---\ntwo\n'],
    ['templates/my file.yaml', 'b', 'one\n---\ntwo\n'],
    ['charts/part/crds/c.yaml', 'c', 'one\n---\ntwo\n'],
  ];
  for (const text of [output, output.replaceAll('\n', '\r\n')]) {
    expect(
      renderedObjects(text).map(({ template, manifest }) => [
        template,
        manifest.metadata.name,
        (manifest['data'] as { text: string }).text,
      ]),
    ).toEqual(expected);
  }
});

test('leaves out what is null in metadata, as the API server does', () => {
  const [object] = renderedObjects(
    from('templates/a.yaml', 'apiVersion: v1\nkind: A\nmetadata:\n  name: a\n  namespace:\n  labels:\n  annotations:'),
  );
  expect(object?.manifest.metadata).toEqual({ name: 'a' });
});

test('leaves out documents without content', () => {
  expect(named('# a comment\n---\n\n---\nnull\n---\napiVersion: v1\nkind: List\nitems:\n')).toEqual([]);
});

test.each([
  ['a List', 'apiVersion: v1\nkind: List\nitems: [{ apiVersion: v1, kind: ConfigMap, metadata: { name: a } }]', ['v1 ConfigMap a']],
  [
    'a List in a List',
    'apiVersion: v1\nkind: List\nitems: [{ apiVersion: v1, kind: List, items: [{ apiVersion: v1, kind: Secret, metadata: { name: a } }] }, null]',
    ['v1 Secret a'],
  ],
  [
    'a list of one kind, which its items leave out',
    'apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleList\nitems: [{ metadata: { name: a } }]',
    ['rbac.authorization.k8s.io/v1 Role a'],
  ],
  [
    'no list, in spite of its kind',
    'apiVersion: example.org/v1\nkind: AllowList\nmetadata: { name: a }\nspec: {}',
    ['example.org/v1 AllowList a'],
  ],
])('reads %s', (_, yaml, expected) => {
  expect(named(yaml)).toEqual(expected);
});

test.each([
  ['of a List that is a hook are hooks', '{ helm.sh/hook: pre-install }', '{ b: c }', { b: 'c', 'helm.sh/hook': 'pre-install' }],
  ['of a List that is none are none, because Helm does not read their own annotation', '{}', '{ helm.sh/hook: pre-install }', {}],
  ['of a List that Helm keeps are kept', '{ helm.sh/resource-policy: keep }', '{ b: c }', { b: 'c', 'helm.sh/resource-policy': 'keep' }],
  ['that say themselves that they are kept still say so', '{}', '{ helm.sh/resource-policy: keep }', { 'helm.sh/resource-policy': 'keep' }],
])('the items %s', (_, ofList, ofItem, expected) => {
  const item = `{ apiVersion: v1, kind: ConfigMap, metadata: { name: a, annotations: ${ofItem} } }`;
  const inner = `{ apiVersion: v1, kind: ConfigMapList, items: [${item}] }`;
  for (const one of [item, inner]) {
    const yaml = `apiVersion: v1\nkind: List\nmetadata: { annotations: ${ofList} }\nitems: [${one}]`;
    expect(renderedObjects(from('templates/a.yaml', yaml)).map(({ manifest }) => manifest.metadata.annotations)).toEqual([expected]);
  }
});

test('reads anchors however often they are used', () => {
  const [object] = renderedObjects(
    from('templates/a.yaml', `apiVersion: v1\nkind: A\nmetadata: { name: a }\nspec: { b: &b { c: 1 }, d: [${'*b, '.repeat(500)}] }`),
  );
  expect((object?.manifest['spec'] as { d: unknown[] }).d).toHaveLength(500);
});

test('what is not an object is an error that names the template and what is missing, all at once and without other fields', () => {
  const output =
    from('templates/a.yaml', 'kind: Secret\nmetadata: { name: a }\nstringData: { password: hunter2 }') +
    from('templates/b.yaml', 'apiVersion: v1\nkind: Secret\nmetadata: { name: 123 }') +
    from('templates/c.yaml', 'apiVersion: v1\nkind: ConfigMap\n---\njust text');
  const expected = 'must have apiVersion, kind and metadata.name, each as text; got';
  expect(() => renderedObjects(output)).toThrow(
    new HelmError(
      `templates/a.yaml: ${expected} {"kind":"Secret","name":"a"}. templates/b.yaml: ${expected} {"apiVersion":"v1","kind":"Secret","name":123}. ` +
        `templates/c.yaml: ${expected} {"apiVersion":"v1","kind":"ConfigMap"}. templates/c.yaml: ${expected} {}.`,
    ),
  );
});

test('text that is not YAML is an error that names the template, without the text around it', () => {
  const read = (): unknown => renderedObjects(from('templates/a.yaml', 'apiVersion: v1\nkind: Secret\nstringData: { password: hunter2'));
  expect(read).toThrow(HelmError);
  expect(read).toThrow(/^templates\/a\.yaml: must be YAML that can be read; got: /);
  expect(read).not.toThrow(/hunter2/);
});

test('an integer that would be rounded is an error', () => {
  expect(() => named('apiVersion: v1\nkind: A\nmetadata: { name: a }\nspec: { a: 9007199254740993 }')).toThrow(
    'an integer above 9007199254740991 without quotes: 9007199254740993',
  );
});
