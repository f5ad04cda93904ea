/** A server of a test's own, for answers that no simulator gives. */
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Serves on a free port of 127.0.0.1 until the test ends. @returns the address. */
export async function listen(t: { after(end: () => void): void }, handle: RequestListener): Promise<string> {
  const server = createServer(handle);
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
