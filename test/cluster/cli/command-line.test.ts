import { commandLine } from '../../../cluster/cli/command-line';

test('a command can be copied: it means the same folder on the same cluster', () => {
  expect(commandLine('destroy', { folder: 'dist' }, undefined, 'cvat')).toBe('npm run destroy cvat');
  expect(commandLine('destroy', { folder: 'dist/production' }, undefined, 'cvat')).toBe('npm run destroy dist/production cvat');
  expect(commandLine('deploy', { folder: 'dist/production' }, 'one', '--stage', 'cvat')).toBe(
    'npm run deploy -- dist/production --context one --stage cvat',
  );
});
