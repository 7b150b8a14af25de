import { parse } from 'yaml';
import type { Environment } from '../constructs/platform';
import { formatProblems } from '../constructs/problem';
import { manifestsIn } from './fixtures/dist';
import { local } from './fixtures/environments/local';
import { synthesize } from './fixtures/synthesize';

const { postgres, cvat } = local;
if (!postgres || !cvat) throw new Error('local has no database or no CVAT');

/** What a change of local does to dist/: `-50-cvat.k8s.yaml host: a`, `+50-cvat.k8s.yaml host: b`, a line for a line. */
function difference(changed: Environment): string[] {
  const lines = (environment: Environment): string[] => {
    const { files, problems } = synthesize({ local: environment });
    expect(problems).toEqual([]);
    return [...files].flatMap(([file, content]) => content.split('\n').map((line) => `${file}:${line}`));
  };
  const [before, after] = [lines(local), lines(changed)];
  expect(after).toHaveLength(before.length);
  return before.flatMap((line, index) => (line === after[index] ? [] : [`-${line}`, `+${after[index]}`]));
}

function without(...systems: (keyof Environment)[]): { removed: string[]; added: string[]; problems: string } {
  const all = synthesize({ local }).files;
  const left = Object.fromEntries(
    Object.entries(local).filter(([key]) => !systems.includes(key as keyof Environment)),
  ) as unknown as Environment;
  const { files, problems } = synthesize({ local: left });
  return {
    removed: [...all.keys()].filter((file) => !files.has(file)),
    added: [...files.keys()].filter((file) => !all.has(file)),
    problems: formatProblems(problems),
  };
}

describe('changing one line of local changes', () => {
  test('only lines that name the host, for another host', () => {
    const changed = difference({ ...local, cvat: { ...cvat, host: 'labels.example.com' } });
    expect(changed.length).toBeGreaterThan(0);
    for (const line of changed) expect(line).toContain(line.startsWith('-') ? 'cvat.kube-public' : 'labels.example.com');
  });

  test('one line, for another size of the database', () => {
    expect(difference({ ...local, postgres: { ...postgres, storage: { size: '8Gi' } } })).toEqual([
      '-30-postgres.k8s.yaml:            storage: 5Gi',
      '+30-postgres.k8s.yaml:            storage: 8Gi',
    ]);
  });

  test('one line, for another number of database pods', () => {
    expect(difference({ ...local, postgres: { ...postgres, replicas: 3 } })).toEqual([
      '-30-postgres.k8s.yaml:      replicas: 2',
      '+30-postgres.k8s.yaml:      replicas: 3',
    ]);
  });

  test("one line, for another size of CVAT's media", () => {
    expect(difference({ ...local, cvat: { ...cvat, storage: { ...cvat.storage, data: { ...cvat.storage.data, size: '20Gi' } } } })).toEqual(
      ['-50-cvat.k8s.yaml:          size: 10Gi', '+50-cvat.k8s.yaml:          size: 20Gi'],
    );
  });

  test('the release and the Job that creates superusers, for another CVAT version', () => {
    const changed = difference({ ...local, cvat: { ...cvat, version: '2.74.0' } });
    expect(changed.map((line) => line.replace(/[0-9a-f]{8}$/, '…'))).toEqual([
      '-50-cvat.k8s.yaml:  version: 2.73.0',
      '+50-cvat.k8s.yaml:  version: 2.74.0',
      '-50-cvat.k8s.yaml:  name: cvat-administrators-…',
      '+50-cvat.k8s.yaml:  name: cvat-administrators-…',
      '-50-cvat.k8s.yaml:          image: cvat/server:v2.73.0',
      '+50-cvat.k8s.yaml:          image: cvat/server:v2.74.0',
    ]);
  });
});

describe('removing a system from local', () => {
  test('CVAT goes together with the AppUsers, which no application would serve', () => {
    expect(without('cvat', 'appUsers')).toEqual({ removed: ['50-cvat.k8s.yaml', '60-app-users.k8s.yaml'], added: [], problems: '' });
    expect(without('cvat').problems).toContain('60-app-users  appUsers\n    must be empty while cvat is left out');
  });

  test('removes the AppUsers, and their CRD only if the operator is removed as well', () => {
    expect(without('appUsers')).toEqual({ removed: ['60-app-users.k8s.yaml'], added: [], problems: '' });
    expect(without('appUsers', 'appUserOperator')).toEqual({
      removed: ['10-app-user-crd.k8s.yaml', '40-app-user-operator.k8s.yaml', '60-app-users.k8s.yaml'],
      added: [],
      problems: '',
    });
  });

  test('removes only the operator, and declares the passwords that it generated as needs', () => {
    expect(without('appUserOperator')).toEqual({ removed: ['40-app-user-operator.k8s.yaml'], added: [], problems: '' });
  });

  test('reports that CVAT needs a database', () => {
    expect(without('postgres')).toEqual({
      removed: ['30-postgres.k8s.yaml'],
      added: [],
      problems:
        '  local  50-cvat/cvat  database\n    must be a user of a PostgresCluster; got none. Add postgres with a user "cvat" to the environment, or remove cvat.\n',
    });
  });

  test('reports that no operator serves PostgresCluster', () => {
    expect(without('postgresOperator')).toEqual({
      removed: ['20-postgres-operator-crds.k8s.yaml', '20-postgres-operator.k8s.yaml'],
      added: [],
      problems:
        '  local  30-postgres/cluster/resource  kind\n    must be a kind that this environment serves; got postgres-operator.crunchydata.com/v1beta1 PostgresCluster. Add the CRD or the operator that installs it, or remove this object.\n',
    });
  });

  test('removes the database with everything that needs it', () => {
    expect(without('appUsers', 'cvat', 'postgres', 'postgresOperator')).toEqual({
      removed: [
        '20-postgres-operator-crds.k8s.yaml',
        '20-postgres-operator.k8s.yaml',
        '30-postgres.k8s.yaml',
        '50-cvat.k8s.yaml',
        '60-app-users.k8s.yaml',
      ],
      added: [],
      problems: '',
    });
  });

  test('removes the data protection, and still marks objects that hold data', () => {
    const { files, problems } = synthesize({ local: { ...local, dataProtection: false } });
    expect(problems).toEqual([]);
    expect([...synthesize({ local }).files.keys()].filter((file) => !files.has(file))).toEqual(['00-data-protection.k8s.yaml']);
    expect(files.get('30-postgres.k8s.yaml')).toContain('platform.kapernikov.com/holds-data: PostgreSQL my-postgres');
  });
});

test("CVAT's values name the Secret and the Service that the PostgresCluster creates", () => {
  const objects = [...synthesize({ local }).files.values()].flatMap(manifestsIn);
  const cluster = objects.find(({ kind }) => kind === 'PostgresCluster');
  const names = objects.find(({ kind }) => kind === 'Secret');
  const helmChart = objects.find(({ kind, metadata }) => kind === 'HelmChart' && metadata.name === 'cvat');
  const { postgresql } = parse((helmChart?.['spec'] as { valuesContent: string }).valuesContent) as {
    postgresql: { external: { host: string; port: number }; secret: { name: string } };
  };
  expect(postgresql).toMatchObject({
    external: { host: 'my-postgres-primary.cvat.svc', port: 5432 },
    secret: { name: 'my-postgres-pguser-cvat' },
  });
  expect(names?.metadata).toMatchObject({ name: postgresql.secret.name, namespace: 'cvat' });
  const makes = cluster?.metadata.annotations?.['platform.kapernikov.com/makes'];
  expect(makes).toContain(`Secret cvat/${postgresql.secret.name}: dbname, host,`);
  expect(makes).toContain(`Service cvat/${postgresql.external.host.split('.')[0]}`);
});
