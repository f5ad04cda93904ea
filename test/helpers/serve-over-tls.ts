/** A simulated server behind https, with a certificate that no system trusts. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
export const CERTIFICATE = fixture('loopback-cert.pem');

/** A simulated server once more, over https; answers its address. */
export async function serveOverTls(t: TestContext, plainUrl: string): Promise<string> {
  const server = createServer(
    { key: readFileSync(fixture('loopback-key.pem')), cert: readFileSync(CERTIFICATE) },
    (incoming, answer) => {
      const { method, url, headers } = incoming;
      const onward = request(plainUrl + url, { method, headers }, (theirs) => {
        answer.writeHead(theirs.statusCode ?? 500, theirs.headers);
        theirs.pipe(answer);
      });
      incoming.pipe(onward);
    },
  );
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
