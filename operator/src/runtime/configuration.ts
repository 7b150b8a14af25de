import { hostname } from 'node:os';
import { application } from '../accounts/application';
import type { GeneratedSecret } from '../credentials/generated-secrets';

/**
 * The operator's environment variables. `APP` stands for the application's prefix: `CVAT_URL`, …
 *
 *     POD_NAMESPACE            required  the namespace whose AppUsers are reconciled (by the downward API)
 *     APP_URL                  required  the application's server
 *     APP_ROBOT_SECRET         required  the Secret with username and password of the operator's own account in the application
 *     PUBLIC_URL               APP_URL   where people log in; written into their credentials Secrets
 *     APP_SERVICE              ""        the application's Service: when it does not exist, deleted AppUsers do not wait for the application
 *     APP_GONE_AFTER_SECONDS   30        for how long that Service must have been missing
 *     GENERATED_SECRETS        []        Secrets to create: [{"name": "cache", "random": ["password"], "values": {"username": "…"}}]
 *     DEPLOYMENT_NAME          ""        the Deployment that Events about the operator itself refer to; without it, the namespace
 *     POD_NAME                 hostname  the identity of this replica
 *     LEASE_NAME               app-user-operator
 *     RESYNC_SECONDS           600       how often all accounts are read and all AppUsers compared, give or take a tenth
 *     WATCH_SILENCE_SECONDS    150       after how long without an event a watch is started again
 *     CONCURRENCY              4         how many AppUsers are reconciled at the same time; accounts are registered one at a time
 *     PORT                     8080      of /healthz, /readyz and /metrics
 *     LOG_LEVEL                info      one of trace, debug, info, warn, error, fatal
 *
 * The API server is found as kubectl finds it: in the cluster, or by KUBECONFIG.
 */
export interface Configuration {
  readonly namespace: string;
  readonly applicationUrl: string;
  readonly loginSecret: string;
  readonly publicUrl: string;
  readonly applicationService: string | undefined;
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
  const applicationUrl = reader.url(variable('URL'));
  const configuration: Configuration = {
    namespace: reader.name('POD_NAMESPACE') ?? '',
    applicationUrl: applicationUrl ?? '',
    loginSecret: reader.name(variable('ROBOT_SECRET')) ?? '',
    publicUrl: reader.url('PUBLIC_URL', applicationUrl ?? 'http://unknown') ?? '',
    applicationService: reader.name(variable('SERVICE'), '') || undefined,
    goneAfterSeconds: reader.number(variable('GONE_AFTER_SECONDS'), 30, 0),
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

function variable(name: string): string {
  return `${application.variablePrefix}_${name}`;
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
        : `${variable}: must be an http or https URL such as http://app.example.com; got "${value}".`;
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
    const example = '[{"name": "cache", "random": ["password"]}]';
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
