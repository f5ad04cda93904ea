/** A webhook that keeps what it is sent. */
import { EventEmitter, once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

export type Posted = {
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
};

export type Webhook = {
  readonly posted: Posted[];
  readonly host: string;
  /** An address with a key in its path. */
  readonly url: string;
  /** What it answers from now on; nothing at all with `never`. */
  answer(status: number | 'never', headers?: Readonly<Record<string, string>>): void;
  /** Resolves once so many were posted. */
  has(count: number): Promise<void>;
};

export async function startWebhook(t: TestContext): Promise<Webhook> {
  const posted: Posted[] = [];
  const arrived = new EventEmitter();
  let answer: Parameters<Webhook['answer']> = [200];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      posted.push({ target: request.url ?? '', headers: request.headers, body: JSON.parse(text) });
      arrived.emit('posted');
      const [status, headers] = answer;
      if (status !== 'never') response.writeHead(status, { ...headers }).end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    posted,
    host,
    url: `http://${host}/hook/lanternKey`,
    answer: (...next) => {
      answer = next;
    },
    has: async (count) => {
      while (posted.length < count) await once(arrived, 'posted', { signal: AbortSignal.timeout(20_000) });
    },
  };
}
