import type { Event } from './events';
import { NO_FAULT } from './fault-injection';
import { Model } from './model';

const spec = { firstName: 'Ann', lastName: 'Doe', emailAddress: 'ann@x.test' };
const create = (name: string, details = {}): Event => ({ kind: 'create', name, spec: { ...spec, ...details }, adopt: false });
const calm: readonly Event[] = [{ kind: 'watch-delivers' }, { kind: 'resync' }];

interface Story {
  readonly what: string;
  readonly before: readonly Event[];
  readonly name: string;
  readonly ends: (model: Model) => void;
}

const synced =
  (name: string) =>
  (model: Model): void => {
    const appUser = model.kubernetes.appUsers.get(name);
    if (!appUser) throw new Error('it is gone');
    expect(model.ready(appUser)).toBe('True Synced');
    expect(model.accountsMadeFor(appUser.uid)).toEqual([
      expect.objectContaining({ username: name, id: appUser.status.userId, active: true }),
    ]);
    expect(model.kubernetes.secrets.size).toBe(1);
  };

const reconciled = (name: string): readonly Event[] => [...calm, { kind: 'reconcile', name, plan: NO_FAULT }];

const stories: readonly Story[] = [
  { what: 'an account is made', before: [create('robert')], name: 'robert', ends: synced('robert') },
  { what: 'an account with a short name is made', before: [create('jd')], name: 'jd', ends: synced('jd') },
  {
    what: 'an account is changed',
    before: [
      create('robert'),
      ...reconciled('robert'),
      { kind: 'edit', name: 'robert', spec: { emailAddress: 'new@x.test', firstName: 'Bob' } },
    ],
    name: 'robert',
    ends: synced('robert'),
  },
  {
    what: 'an account is closed',
    before: [create('robert'), ...reconciled('robert'), { kind: 'delete', name: 'robert' }],
    name: 'robert',
    ends: (model) => {
      expect(model.kubernetes.appUsers.size).toBe(0);
      expect(model.application.find(({ username }) => username === 'robert')).toMatchObject({ active: false });
      expect(model.kubernetes.secrets.size).toBe(1);
    },
  },
  {
    what: 'an account is removed',
    before: [create('robert', { deletionPolicy: 'Delete' }), ...reconciled('robert'), { kind: 'delete', name: 'robert' }],
    name: 'robert',
    ends: (model) => {
      expect([model.kubernetes.appUsers.size, model.application.stored.size, model.kubernetes.secrets.size]).toEqual([0, 1, 0]);
    },
  },
];

test.each(stories)('killed at any of its calls while $what, the operator ends as if it had not been', async ({ before, name, ends }) => {
  let points = 0;
  for (const kind of ['killed', 'unavailable'] as const) {
    for (const when of ['before', 'after'] as const) {
      for (let atCall = 0; ; atCall++) {
        const model = new Model();
        for (const event of [...before, ...calm]) await model.happen(event);
        const calls = model.faults.total;
        await model.happen({ kind: 'reconcile', name, plan: { kind, atCall, when } });
        const reached = model.faults.total - calls > atCall;
        await model.calmDown();
        ends(model);
        if (!reached) break;
        points++;
      }
    }
  }
  expect(points).toBeGreaterThan(15);
});
