import type { Construct } from 'constructs';

const CONTEXT_KEY = 'platform.kapernikov.com/environment-name';

/** Makes this the name of the environment of everything below. */
export function provideEnvironmentName({ node }: Construct, name: string): void {
  node.setContext(CONTEXT_KEY, name);
}

/** The name of the environment that a construct is in; undefined in an App without a Platform. */
export function environmentNameOf({ node }: Construct): string | undefined {
  const name: unknown = node.tryGetContext(CONTEXT_KEY);
  return typeof name === 'string' ? name : undefined;
}
