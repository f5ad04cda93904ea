/** An address that takes no connection for now, as a machine that sleeps: packets to it are dropped. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';

// A thread that never returns to its loop accepts nothing; its queue of two is soon full.
const SLEEPER = `
  const { workerData, parentPort } = require('node:worker_threads');
  const server = require('node:http').createServer((request, answer) => answer.end('awake'));
  server.listen({ port: workerData.port, host: workerData.host, backlog: 1 }, () => {
    parentPort.postMessage('listening');
    setImmediate(() => Atomics.wait(new Int32Array(workerData.gate), 0, 0));
  });
`;

/** Lets `host:port` sleep until `wake` is called; it then answers `awake`. */
export async function startSilentAddress(t: TestContext, host: string, port: number): Promise<{ wake(): void }> {
  const gate = new SharedArrayBuffer(4);
  const wake = (): void => {
    Atomics.store(new Int32Array(gate), 0, 1);
    Atomics.notify(new Int32Array(gate), 0);
  };
  const worker = new Worker(SLEEPER, { eval: true, workerData: { host, port, gate } });
  const queued: Socket[] = [];
  t.after(async () => {
    wake();
    for (const socket of queued) socket.destroy();
    await worker.terminate();
  });
  await once(worker, 'message');
  for (let full = false; !full; ) {
    const socket = connect({ host, port });
    queued.push(socket.on('error', () => undefined));
    full = await isDropped(socket);
  }
  return { wake };
}

/** Loopback connects at once or not at all. */
async function isDropped(socket: Socket): Promise<boolean> {
  return await new Promise((resolve) => {
    socket.once('connect', () => resolve(false));
    setTimeout(() => resolve(true), 100);
  });
}
