import { Unavailable } from '../../src/accounts/account';
import { Gate } from '../../src/directory/gate';
import { FakeClock } from '../fake-clock';
import { Application } from '../model/application';
import { Hazard } from '../model/hazard';

class Counted extends Application {
  asked = 0;
  calls = 0;
  problem: Error | undefined;
  unready: Error | undefined;

  override async ready(): Promise<void> {
    this.asked++;
    if (this.unready) throw this.unready;
  }

  override async byId(): Promise<undefined> {
    this.calls++;
    if (this.problem) throw this.problem;
    return undefined;
  }
}

function set(): { application: Counted; clock: FakeClock; gate: Gate; recoveries: () => number } {
  const clock = new FakeClock();
  const application = new Counted(new Hazard());
  let recoveries = 0;
  const gate = new Gate(
    application,
    clock,
    () => recoveries++,
    () => 0.999999,
  );
  return { application, clock, gate, recoveries: () => recoveries };
}

test('an application is asked once whether it is ready, however many want something of it', async () => {
  const { application, gate } = set();
  await Promise.all([gate.byId(1), gate.byId(2), gate.ready()]);
  await gate.byId(3);
  expect([application.asked, application.calls, gate.isOpen]).toEqual([1, 3, true]);
  await gate.check();
  expect(application.asked).toBe(2);
});

test('while it is down, it is asked later and later, and nothing else of it', async () => {
  const { application, clock, gate, recoveries } = set();
  application.unready = new Unavailable('starting');
  for (let second = 0; second < 60; second++) {
    await expect(gate.byId(1)).rejects.toThrow('starting');
    await clock.pass(1000);
  }
  expect(application.calls).toBe(0);
  expect(application.asked).toBeLessThan(8);
  application.unready = undefined;
  await clock.pass(30_000);
  await gate.byId(1);
  expect(recoveries()).toBe(1);
});

test('one call that fails closes it for a moment, which is no recovery', async () => {
  const { application, clock, gate, recoveries } = set();
  await gate.ready();
  application.problem = new Unavailable('500');
  await expect(gate.byId(1)).rejects.toThrow('500');
  await expect(gate.byId(2)).rejects.toThrow('500');
  expect([application.calls, gate.isOpen]).toEqual([1, false]);
  application.problem = undefined;
  await clock.pass(1000);
  await gate.byId(2);
  expect(recoveries()).toBe(0);
});

test('an application that asks to be left alone is', async () => {
  const { application, clock, gate } = set();
  await gate.ready();
  application.problem = new Unavailable('throttled', 42);
  await expect(gate.byId(1)).rejects.toThrow('throttled');
  application.problem = undefined;
  await clock.pass(41_000);
  await expect(gate.byId(1)).rejects.toMatchObject({ name: 'Unavailable', retryAfterSeconds: 1 });
  await clock.pass(1000);
  await gate.byId(1);
});

test('what is refused closes nothing', async () => {
  const { application, gate } = set();
  application.problem = new Error('refused');
  await expect(gate.byId(1)).rejects.toThrow('refused');
  expect(gate.isOpen).toBe(true);
});
