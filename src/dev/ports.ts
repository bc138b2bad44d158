import { createServer } from 'node:net';

/** The embedded stack is for this machine only; nothing of it listens anywhere else. */
export const LOOPBACK = '127.0.0.1';

/** A port of 127.0.0.1 that nothing listens on at this moment. It is not reserved: use it at once. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, LOOPBACK, () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('no port was assigned'));
      });
    });
  });
}

/** Several distinct free ports: asked for together, because asked for one after the other may yield one twice. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

/** True when a server can listen on this port of 127.0.0.1 now. */
export async function portIsFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });
}

/** The wanted port when it is free, else any free one; `taken` tells which of the two happened. */
export async function portOrFree(wanted: number): Promise<{ port: number; taken: boolean }> {
  if (await portIsFree(wanted)) return { port: wanted, taken: false };
  return { port: await freePort(), taken: true };
}

/** What to tell a person whose port is in use: which, for what, and the way out. */
export function portTakenMessage(port: number, wantedFor: string): string {
  return (
    `Port ${port}, wanted for ${wantedFor}, is taken by another program. ` +
    `Stop that program (\`lsof -i :${port}\` names it), or choose another port.`
  );
}

/** Throws with `portTakenMessage` when the port is not free. */
export async function requireFreePort(port: number, wantedFor: string): Promise<void> {
  if (!(await portIsFree(port))) throw new Error(portTakenMessage(port, wantedFor));
}
