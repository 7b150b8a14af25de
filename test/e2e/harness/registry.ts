import { join } from 'node:path';
import { findFlux } from '../../../scripts/control-plane';
import { freePorts } from './ports';
import type { Processes } from './processes';
import { until } from './until';

/** Starts go-containerregistry's registry on the loopback address; returns `localhost:PORT`. It keeps what is pushed in memory. */
export async function startRegistry(processes: Processes): Promise<string> {
  const [port = 0] = await freePorts(1);
  const log = join(processes.directory, 'registry.log');
  await processes.start({
    command: join(findFlux(), 'registry'),
    arguments: [`-port=${port}`],
    environment: {},
    standardOutput: log,
    standardError: log,
  });
  await until('the registry answers', () =>
    fetch(`http://localhost:${port}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return `localhost:${port}`;
}
