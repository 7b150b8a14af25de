import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { check } from '../checks/check';
import { type Environment, Platform } from '../constructs/platform';
import { environments } from '../environments';
import { toYamlDocuments } from '../manifests/yaml';

const ROUNDS = 10;

/** The time of each environment's synthesis, without the start of Node and the loading of modules. */
export function inProcess(): string {
  const rows = Object.entries(environments).map(([name, environment]) => {
    const without = warm(() => yaml(new Platform(name, environment)));
    const all = warm(() => {
      const platform = new Platform(name, environment);
      check(platform.stages());
      return yaml(platform);
    });
    return `| ${name} | ${without.toFixed(1)} | ${all.toFixed(1)} |`;
  });
  return ['| environment | without checks (budget 25) | with all checks (budget 50) |', '|---|---|---|', ...rows].join('\n');
}

/** Shows that the time is linear in the number of objects. */
export function perObject(counts: readonly number[]): string {
  const rows = counts.map((count) => {
    const started = performance.now();
    const platform = new Platform('bench', { delivery: environments['local']?.delivery } as Environment);
    const chart = new Chart(platform, '80-many');
    for (let index = 0; index < count; index++) {
      new k8s.KubeConfigMap(chart, `map-${index}`, {
        metadata: { name: `map-${index}`, namespace: 'default' },
        data: { index: String(index) },
      });
    }
    check(platform.stages());
    yaml(platform);
    const milliseconds = performance.now() - started;
    return `| ${count} | ${milliseconds.toFixed(0)} | ${((milliseconds / count) * 1000).toFixed(0)} |`;
  });
  return ['| objects | milliseconds | microseconds an object |', '|---|---|---|', ...rows].join('\n');
}

function yaml(platform: Platform): number {
  return platform.stages().reduce((length, { objects }) => length + toYamlDocuments(objects.map(({ manifest }) => manifest)).length, 0);
}

function warm(run: () => unknown): number {
  const times = Array.from({ length: 2 * ROUNDS }, () => {
    const started = performance.now();
    run();
    return performance.now() - started;
  });
  const measured = times.slice(ROUNDS).sort((one, other) => one - other);
  return ((measured[ROUNDS / 2 - 1] ?? NaN) + (measured[ROUNDS / 2] ?? NaN)) / 2;
}
