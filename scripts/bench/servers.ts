/** The simulated servers of a subject, in a process of their own. */
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Calls } from './children/simulators.ts';
import type { Cost, Env, Program } from './measure.ts';
import { costOf } from './measure.ts';

const CHILD = fileURLToPath(new URL('children/simulators.ts', import.meta.url));
const BARE_CLIENT = fileURLToPath(new URL('children/bare-client.cjs', import.meta.url));

type Name = keyof Calls;
type Arg<N extends Name> = Parameters<Calls[N]>[0];
type Answer<N extends Name> = Awaited<ReturnType<Calls[N]>>;

export type Servers = {
  /** What plexsync needs to know of the servers. */
  readonly env: Env;
  /** One call at a time. */
  ask<N extends Name>(name: N, arg: Arg<N>): Promise<Answer<N>>;
};

/** Starts a simulated Plex, and a Stash where scenes are given, for as long as `use` runs. */
export async function withServers<T>(
  options: { readonly latencyMs: number; readonly items: number; readonly scenes?: number },
  use: (servers: Servers) => Promise<T>,
): Promise<T> {
  const child = fork(CHILD, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'advanced' });
  const ask: Servers['ask'] = (name, arg) =>
    new Promise((resolve, reject) => {
      const failed = (): void => reject(new Error(`the simulators ended at ${name}`));
      child.once('exit', failed);
      child.once('message', ({ answer }: { answer: Answer<typeof name> }) => {
        child.off('exit', failed);
        resolve(answer);
      });
      child.send({ name, arg });
    });
  try {
    const plex = await ask('startPlex', options);
    const env: Record<string, string> = { PLEX_URL: plex.url, PLEX_TOKEN: plex.token };
    if (options.scenes !== undefined) env['STASH_URL'] = (await ask('startStash', { scenes: options.scenes })).url;
    return await use({ env, ask });
  } finally {
    if (child.connected) child.disconnect();
  }
}

/** What was asked of Plex since the last reset, as a program that asks it again and does nothing else. */
export async function bareClientOf(servers: Servers, dir: string, inFlight: number): Promise<Program> {
  const { hostname, port } = new URL(servers.env['PLEX_URL'] ?? '');
  const file = join(dir, 'requests.json');
  writeFileSync(
    file,
    JSON.stringify({ host: hostname, port, inFlight, ...(await servers.ask('recorded', undefined)) }),
  );
  return { args: [BARE_CLIENT, file] };
}

/** Runs a program of ours, and then the same requests by a bare client. */
export async function besideBareClient(
  program: Program,
  place: { readonly servers: Servers; readonly dir: string; readonly inFlight: number },
): Promise<{ readonly ours: Cost; readonly bare: Cost; readonly requests: number }> {
  const { servers, dir, inFlight } = place;
  await servers.ask('resetRequests', undefined);
  const ours = await costOf(program);
  const { plex: requests } = await servers.ask('count', {});
  const bare = await costOf(await bareClientOf(servers, dir, inFlight));
  return { ours, bare, requests };
}
