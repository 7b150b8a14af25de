import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControlPlane } from './harness/control-plane';

/** Programs that only pretend: what happens when one of them fails needs no real ones. */
let assets: string;
const given = process.env['KUBEBUILDER_ASSETS'];

function program(name: string, ...lines: readonly string[]): void {
  const file = join(assets, name);
  writeFileSync(file, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(file, 0o755);
}

/** Of this file alone: other files have control planes of theirs at the same time. */
let temporary: string;
const TMPDIR = process.env['TMPDIR'];

const folders = (): string[] => readdirSync(temporary).filter((name) => name.startsWith('third-party-platform-e2e-'));

beforeEach(() => {
  assets = mkdtempSync(join(tmpdir(), 'third-party-platform-assets-'));
  process.env['KUBEBUILDER_ASSETS'] = assets;
  for (const name of ['etcd', 'kube-apiserver', 'kube-controller-manager']) program(name, 'exec sleep 600');
  for (const name of ['kubectl', 'helm', 'helm-controller']) program(name);
  temporary = join(assets, 'tmp');
  mkdirSync(temporary);
  process.env['TMPDIR'] = temporary;
});

afterEach(() => {
  if (TMPDIR === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = TMPDIR;
  rmSync(assets, { recursive: true });
  if (given === undefined) delete process.env['KUBEBUILDER_ASSETS'];
  else process.env['KUBEBUILDER_ASSETS'] = given;
});

test('a program that ends early is named, with the end of its log, and nothing is left', async () => {
  const before = folders();
  program('kube-apiserver', 'echo "unknown flag: --bind-address"', 'exit 3');
  await expect(startControlPlane()).rejects.toThrow(
    'kube-apiserver ended with code 3 while the control plane started. The end of its log:\nunknown flag: --bind-address',
  );
  expect(folders()).toEqual(before);
});

test('tries another port if one was taken in the meantime, three times at most', async () => {
  const before = folders();
  const attempts = join(assets, 'attempts');
  program('etcd', `echo "$@" >> ${attempts}`, 'echo "listen tcp 127.0.0.1: bind: address already in use" >&2', 'exit 1');
  await expect(startControlPlane()).rejects.toThrow('etcd ended with code 1');
  const urls = readFileSync(attempts, 'utf8').match(/--listen-client-urls=\S+/g) ?? [];
  expect(new Set(urls).size).toBe(3);
  expect(folders()).toEqual(before);
});

test('a program that cannot be run is named', async () => {
  chmodSync(join(assets, 'etcd'), 0o644);
  await expect(startControlPlane()).rejects.toThrow(/etcd did not start: .*EACCES/);
});

test('two users of the same name are refused', async () => {
  await expect(startControlPlane({ users: [{ name: 'administrator' }] })).rejects.toThrow(
    'two users of the control plane are called "administrator"',
  );
});
