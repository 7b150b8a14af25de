import { READY, type State } from './readiness';

/** One state of several, each with its object's name in its reason: the worst, and how many others there are. */
export function allOf(states: readonly State[]): State {
  const open = states.filter((state) => state.state !== 'ready');
  const first = open.find(({ state }) => state === 'failed') ?? open[0];
  if (first === undefined) return READY;
  return { ...first, reason: open.length === 1 ? first.reason : `${first.reason}, and ${open.length - 1} more` };
}
