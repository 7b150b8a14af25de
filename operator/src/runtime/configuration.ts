import { hostname } from 'node:os';
import type { GeneratedSecret } from '../credentials/generated-secrets';

/**
 * What the operator can be told, all of it by environment variables:
 *
 *     POD_NAMESPACE            required  the namespace whose AppUsers it looks after (by the downward API)
 *     CVAT_URL                 required  where CVAT's server is: http://cvat-backend-service.cvat.svc:8080
 *     CVAT_ROBOT_SECRET        required  the Secret with the username and password of its own account in CVAT
 *     PUBLIC_URL               CVAT_URL  where people log in; goes into their credentials Secrets
 *     CVAT_SERVICE             ""        CVAT's Service: when it does not exist, CVAT is gone, and AppUsers that are deleted can go
 *     CVAT_GONE_AFTER_SECONDS  30        for how long it must have been missing
 *     GENERATED_SECRETS        []        Secrets to make: [{"name": "cvat-redis", "random": ["password"], "values": {"username": "…"}}]
 *     DEPLOYMENT_NAME          ""        what Events about the operator itself are about; without it, the namespace
 *     POD_NAME                 hostname  what this replica is called
 *     LEASE_NAME               app-user-operator
 *     RESYNC_SECONDS           600       how often everything is compared again, give or take a tenth
 *     WATCH_SILENCE_SECONDS    150       after how long a silent watch is taken for dead
 *     CONCURRENCY              4         how many AppUsers are worked on at the same time; accounts are made one at a time
 *     PORT                     8080      of /healthz, /readyz and /metrics
 *     LOG_LEVEL                info      one of trace, debug, info, warn, error, fatal
 *
 * Where the API server is, the cluster says itself; outside of one, KUBECONFIG.
 */
export interface Configuration {
  readonly namespace: string;
  readonly cvatUrl: string;
  readonly loginSecret: string;
  readonly publicUrl: string;
  readonly cvatService: string | undefined;
  readonly goneAfterSeconds: number;
  readonly generatedSecrets: readonly GeneratedSecret[];
  readonly deploymentName: string | undefined;
  readonly podName: string;
  readonly leaseName: string;
  readonly resyncSeconds: number;
  readonly watchSilenceSeconds: number;
  readonly concurrency: number;
  readonly port: number;
  readonly logLevel: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
const OBJECT_NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
const SECRET_KEY = /^[A-Za-z0-9._-]{1,253}$/;

/** All that is wrong with the environment variables, each with a remedy. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

export function readConfiguration(environment: Environment): Configuration {
  const reader = new Reader(environment);
  const cvatUrl = reader.url('CVAT_URL');
  const configuration: Configuration = {
    namespace: reader.name('POD_NAMESPACE') ?? '',
    cvatUrl: cvatUrl ?? '',
    loginSecret: reader.name('CVAT_ROBOT_SECRET') ?? '',
    publicUrl: reader.url('PUBLIC_URL', cvatUrl ?? 'http://unknown') ?? '',
    cvatService: reader.name('CVAT_SERVICE', '') || undefined,
    goneAfterSeconds: reader.number('CVAT_GONE_AFTER_SECONDS', 30, 0),
    generatedSecrets: reader.secrets('GENERATED_SECRETS'),
    deploymentName: reader.name('DEPLOYMENT_NAME', '') || undefined,
    podName: reader.text('POD_NAME', hostname()) ?? '',
    leaseName: reader.name('LEASE_NAME', 'app-user-operator') ?? '',
    resyncSeconds: reader.number('RESYNC_SECONDS', 600, 1),
    watchSilenceSeconds: reader.number('WATCH_SILENCE_SECONDS', 150, 1),
    concurrency: reader.number('CONCURRENCY', 4, 1, 100),
    port: reader.number('PORT', 8080, 0, 65_535),
    logLevel: reader.oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
  };
  if (reader.problems.length > 0) throw new ConfigurationError(reader.problems);
  return configuration;
}

/** Reads variables, and collects what is wrong with them. */
class Reader {
  readonly problems: string[] = [];

  constructor(private readonly environment: Environment) {}

  text(variable: string, otherwise?: string): string | undefined {
    const value = this.environment[variable]?.trim() || otherwise;
    if (value === undefined) this.problems.push(`${variable}: required.`);
    return value;
  }

  name(variable: string, otherwise?: string): string | undefined {
    return this.checked(this.text(variable, otherwise), (value) => {
      if (value !== '' && !OBJECT_NAME.test(value)) return `${variable}: must be a Kubernetes object name; got "${value}".`;
      return undefined;
    });
  }

  url(variable: string, otherwise?: string): string | undefined {
    return this.checked(this.text(variable, otherwise), (value) => {
      const protocol = URL.canParse(value) ? new URL(value).protocol : '';
      return ['http:', 'https:'].includes(protocol)
        ? undefined
        : `${variable}: must be an http or https URL such as http://cvat.example.com; got "${value}".`;
    });
  }

  number(variable: string, otherwise: number, least: number, most = 1_000_000): number {
    const value = Number(this.text(variable, String(otherwise)));
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    this.problems.push(`${variable}: must be an integer from ${least} to ${most}; got "${this.environment[variable]}".`);
    return otherwise;
  }

  oneOf(variable: string, choices: readonly string[], otherwise: string): string {
    const value = this.text(variable, otherwise) ?? otherwise;
    if (!choices.includes(value)) this.problems.push(`${variable}: must be one of ${choices.join(', ')}; got "${value}".`);
    return value;
  }

  secrets(variable: string): readonly GeneratedSecret[] {
    const text = this.text(variable, '[]') ?? '[]';
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      // Said below.
    }
    if (Array.isArray(parsed) && parsed.every(isGeneratedSecret)) return parsed;
    const example = '[{"name": "cvat-redis", "random": ["password"]}]';
    this.problems.push(`${variable}: must be a JSON list of Secrets such as ${example}.`);
    return [];
  }

  private checked(value: string | undefined, problemOf: (value: string) => string | undefined): string | undefined {
    const problem = value === undefined ? undefined : problemOf(value);
    if (problem !== undefined) this.problems.push(problem);
    return value;
  }
}

function isGeneratedSecret(value: unknown): value is GeneratedSecret {
  if (typeof value !== 'object' || value === null) return false;
  const { name, random, values = {} } = value as Record<string, unknown>;
  const areKeys = (keys: readonly unknown[]): boolean => keys.every((key) => typeof key === 'string' && SECRET_KEY.test(key));
  return (
    typeof name === 'string' &&
    OBJECT_NAME.test(name) &&
    Array.isArray(random) &&
    random.length > 0 &&
    areKeys(random) &&
    typeof values === 'object' &&
    values !== null &&
    areKeys(Object.keys(values)) &&
    Object.values(values).every((text) => typeof text === 'string')
  );
}
