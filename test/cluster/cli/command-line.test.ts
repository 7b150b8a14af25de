import { commandLine } from '../../../cluster/cli/command-line';

test('a command to copy has the folder and the context of the command that printed it', () => {
  expect(commandLine('destroy', { folder: 'dist' }, undefined, 'cvat')).toBe('npm run destroy cvat');
  expect(commandLine('destroy', { folder: 'dist/production' }, undefined, 'cvat')).toBe('npm run destroy dist/production cvat');
  expect(commandLine('deploy', { folder: 'dist/production' }, 'one', '--stage', 'cvat')).toBe(
    'npm run deploy -- dist/production --context one --stage cvat',
  );
});
