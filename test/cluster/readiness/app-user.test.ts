import { condition, live, stateOf } from './support';

function appUser(status?: object, operated = ['AppUser']): Promise<string> {
  return stateOf(live('kapernikov.com/v1 AppUser', { name: 'john', ...(status && { status }) }), [], operated);
}

function ready(status: 'True' | 'False', reason: string, message: string, observedGeneration = 2): object {
  return { observedGeneration, conditions: [condition('Ready', status, { reason, message, observedGeneration })] };
}

test('an AppUser is ready when the account is as it wants it', async () => {
  expect(await appUser(ready('True', 'Synced', 'The account is as this object wants it.'))).toBe('ready');
});

test('an AppUser is not ready by a condition from before the last change', async () => {
  expect(await appUser(ready('True', 'Synced', 'The account is as this object wants it.', 1))).toMatch(/^waiting/);
  expect(await appUser(ready('False', 'Invalid', 'The application refuses this.', 1))).toMatch(/^waiting/);
  expect(await appUser()).toBe('waiting: its controller has not observed the last change yet');
});

test('an AppUser is ready when it exists in an environment without its operator', async () => {
  expect(await appUser(undefined, [])).toBe('ready');
});

test.each([
  ['Invalid', 'The application refuses this: Enter a valid username.'],
  ['EmailConflict', 'The AppUser "jane" is older and has the same emailAddress. Change one of them.'],
  ['NameConflict', 'The AppUser "jane" is older and has the same username. Delete one of them.'],
])('an AppUser has failed when only a change of it helps: %s', async (reason, message) => {
  expect(await appUser(ready('False', reason, message))).toBe(`failed: ${message.replace(/\.$/, '')}`);
});

test.each(['WaitingForCVAT', 'Forbidden', 'Privileged', 'SecretConflict', 'NotReconciled'])(
  'an AppUser waits when it can become ready without a change: %s',
  async (reason) => {
    expect(await appUser(ready('False', reason, 'The application cannot be asked now, and will be again: HTTP 503'))).toBe(
      'waiting: The application cannot be asked now, and will be again: HTTP 503',
    );
  },
);
