import { AppUserCrd } from '../../../constructs/app-user/app-user-crd';
import { appUserCrd } from '../../../constructs/app-user/schema';
import { objectsOf } from '../../support';

const [crd] = objectsOf((chart) => new AppUserCrd(chart, 'resource'));
const spec = crd?.['spec'] as {
  readonly names: object;
  readonly versions: [
    { schema: { openAPIV3Schema: { properties: { spec: { required: string[]; properties: Record<string, object> } } } } },
  ];
};
const schema = spec.versions[0].schema.openAPIV3Schema.properties.spec;

test('is the CRD of the file, and declares that it holds every AppUser', () => {
  expect(crd).toEqual({
    ...appUserCrd,
    metadata: { name: 'appusers.kapernikov.com', annotations: { 'platform.kapernikov.com/holds-data': 'every AppUser' } },
  });
});

test('an AppUser is called by these names', () => {
  expect(crd?.['spec']).toMatchObject({
    group: 'kapernikov.com',
    scope: 'Namespaced',
    names: { plural: 'appusers', singular: 'appuser', kind: 'AppUser', shortNames: ['au'] },
    versions: [{ name: 'v1', served: true, storage: true, subresources: { status: {} } }],
  });
});

test('an AppUser has a name and an address, and may have a username and a deletion policy', () => {
  expect(Object.keys(schema.properties).sort()).toEqual(['deletionPolicy', 'emailAddress', 'firstName', 'lastName', 'username']);
  expect(schema.required).toEqual(['lastName', 'firstName', 'emailAddress']);
});

test('every rule has a message that a person understands', () => {
  const rules: { rule: string; message: string }[] = [];
  JSON.stringify(crd, (key, value) => (key === 'x-kubernetes-validations' ? rules.push(...value) : value));
  expect(rules).toHaveLength(6);
  for (const { message } of rules)
    expect(message).toMatch(/^(lastName|firstName|emailAddress|username|metadata\.name) (must|cannot|is) .{20,}/);
});
