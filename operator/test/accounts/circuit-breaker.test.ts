import { Unavailable } from '../../src/accounts/account';
import { CircuitBreaker } from '../../src/accounts/circuit-breaker';
import { FakeClock } from '../fake-clock';
import { Application } from '../model/application';
import { FaultInjector } from '../model/fault-injection';

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

function set(): { application: Counted; clock: FakeClock; circuitBreaker: CircuitBreaker; recoveries: () => number } {
  const clock = new FakeClock();
  const application = new Counted(new FaultInjector());
  let recoveries = 0;
  const circuitBreaker = new CircuitBreaker(
    application,
    clock,
    () => recoveries++,
    () => 0.999999,
  );
  return { application, clock, circuitBreaker, recoveries: () => recoveries };
}

test('an application is asked once whether it is ready, however many want something of it', async () => {
  const { application, circuitBreaker } = set();
  await Promise.all([circuitBreaker.byId(1), circuitBreaker.byId(2), circuitBreaker.ready()]);
  await circuitBreaker.byId(3);
  expect([application.asked, application.calls, circuitBreaker.isOpen]).toEqual([1, 3, true]);
  await circuitBreaker.check();
  expect(application.asked).toBe(2);
});

test('while it is down, it is asked later and later, and nothing else of it', async () => {
  const { application, clock, circuitBreaker, recoveries } = set();
  application.unready = new Unavailable('starting');
  for (let second = 0; second < 60; second++) {
    await expect(circuitBreaker.byId(1)).rejects.toThrow('starting');
    await clock.pass(1000);
  }
  expect(application.calls).toBe(0);
  expect(application.asked).toBeLessThan(8);
  application.unready = undefined;
  await clock.pass(30_000);
  await circuitBreaker.byId(1);
  expect(recoveries()).toBe(1);
});

test('one call that fails closes it for a moment, which is no recovery', async () => {
  const { application, clock, circuitBreaker, recoveries } = set();
  await circuitBreaker.ready();
  application.problem = new Unavailable('500');
  await expect(circuitBreaker.byId(1)).rejects.toThrow('500');
  await expect(circuitBreaker.byId(2)).rejects.toThrow('500');
  expect([application.calls, circuitBreaker.isOpen]).toEqual([1, false]);
  application.problem = undefined;
  await clock.pass(1000);
  await circuitBreaker.byId(2);
  expect(recoveries()).toBe(0);
});

test('asks nothing of an application until the time that it asked clients to wait is over', async () => {
  const { application, clock, circuitBreaker } = set();
  await circuitBreaker.ready();
  application.problem = new Unavailable('throttled', 42);
  await expect(circuitBreaker.byId(1)).rejects.toThrow('throttled');
  application.problem = undefined;
  await clock.pass(41_000);
  await expect(circuitBreaker.byId(1)).rejects.toMatchObject({ name: 'Unavailable', retryAfterSeconds: 1 });
  await clock.pass(1000);
  await circuitBreaker.byId(1);
});

test('what is refused closes nothing', async () => {
  const { application, circuitBreaker } = set();
  application.problem = new Error('refused');
  await expect(circuitBreaker.byId(1)).rejects.toThrow('refused');
  expect(circuitBreaker.isOpen).toBe(true);
});
