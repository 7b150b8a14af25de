import { pino } from 'pino';
import { trimmed, type AppUser } from '../../src/app-user/app-user';
import { readConfiguration } from '../../src/runtime/configuration';
import { Controller, type ControllerOptions } from '../../src/runtime/controller';
import { FakeClock } from '../fake-clock';

const unused = {} as never;

/** A controller that has not started, and the names that it adds to its queue. */
function controllerOf(...appUsers: readonly AppUser[]): { controller: Controller; queued: string[] } {
  const configuration = readConfiguration({ POD_NAMESPACE: 'n', CVAT_URL: 'http://cvat.test', CVAT_ROBOT_SECRET: 'robot' });
  const options: ControllerOptions = {
    ...{ configuration, client: unused, accounts: unused, recorder: unused, metrics: unused },
    ...{ clock: new FakeClock(), log: pino({ level: 'silent' }) },
  };
  const controller = new Controller(options);
  const queued: string[] = [];
  jest.spyOn(controller.queue, 'add').mockImplementation((name) => void queued.push(name));
  for (const appUser of appUsers) controller.appUsers.put(appUser);
  return { controller, queued };
}

function appUser(name: string, emailAddress: string): AppUser {
  const metadata = { name, uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
  return trimmed({ metadata, spec: { firstName: 'A', lastName: 'B', emailAddress } });
}

test('reconciles the rivals of an AppUser that is deleted, and no other AppUsers', () => {
  const { controller, queued } = controllerOf(appUser('one', 'a@x.test'), appUser('rival', 'A@x.test'), appUser('other', 'o@x.test'));
  controller['removed']('one');
  expect(queued).toEqual(['rival']);
  expect(controller.appUsers.get('one')).toBeUndefined();
});
