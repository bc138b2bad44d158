import { spawn } from 'node:child_process';

/** The program that opens pages on this system; undefined where there is no desktop. */
export function browserCommand(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string | undefined {
  if (platform === 'darwin') return 'open';
  if (platform === 'win32') return 'explorer';
  return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? 'xdg-open' : undefined;
}

/** Opens a page and does not wait for the browser. Only web addresses: what else the API says is not run. */
export function openPage(command: string | undefined, url: string): boolean {
  if (command === undefined || !/^https?:\/\//.test(url)) return false;
  const child = spawn(command, [url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
  return true;
}
