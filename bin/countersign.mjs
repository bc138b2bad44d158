#!/usr/bin/env node
// Runs the command line under Node >= 24: where the machine's own Node is older, under the one in node_modules.
// Imports nothing but Node, so that it starts on any version.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('../src/cli/main.ts', import.meta.url);

if (Number(process.versions.node.split('.')[0]) >= 24) {
  await import(main.href);
} else {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const node = ['../node_modules/node/bin/', '../node_modules/.bin/']
    .map((folder) => fileURLToPath(new URL(folder + name, import.meta.url)))
    .find((path) => existsSync(path));
  if (node === undefined) {
    console.error(
      `countersign needs Node 24 or newer; this is ${process.versions.node}. Run npm ci, it brings one along.`,
    );
    process.exit(1);
  }
  const { status, signal } = spawnSync(node, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' });
  if (signal) process.kill(process.pid, signal);
  process.exit(status ?? 1);
}
