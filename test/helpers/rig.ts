/** A world of its own for one test: a simulated Plex, a data directory, and the built program. */
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import Database from 'better-sqlite3';
import type { PlexServer, PlexServerOptions } from '../../src/simulator/plex/server.ts';
import { startPlexServer } from '../../src/simulator/plex/server.ts';
import type { Result, RunOptions } from './run-main.ts';
import { runMain } from './run-main.ts';
import { scratchDir } from './scratch.ts';
import type { Running } from './start-bin.ts';
import { startBin } from './start-bin.ts';

export type Rig = {
  readonly dir: string;
  readonly dataDir: string;
  readonly plex: PlexServer;
  /** The data directory and the server's address, as `run` gives them. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Runs a command line with the data directory and the server's address in its environment, in the process of the test:
   * for all that is about the queue, the servers and what is said.
   */
  run(args: readonly string[], options?: RunOptions): Promise<Result>;
  /** The same by the bin in a process of its own: for kills, signals, several at once, and the start and end of one. */
  spawn(args: readonly string[], options?: RunOptions): Promise<Result>;
  /** Starts the bin, and does not wait for its end. */
  start(args: readonly string[], options?: RunOptions): Running;
  /** Reads or changes rows of `queue.db`, or of `dlq.db`. */
  sql(text: string, file?: 'queue.db' | 'dlq.db'): Record<string, unknown>[];
  /** Makes every waiting job due now, as if its time had come. */
  makeDue(): void;
};

const SECTIONS: PlexServerOptions['sections'] = [{ key: '1', title: 'Adult', locations: ['/media'] }];

export async function setup(t: TestContext, options: Partial<PlexServerOptions> = {}): Promise<Rig> {
  const started: Running[] = [];
  // Before its servers and its folder go.
  t.after(() => {
    for (const running of started) running.kill('SIGKILL');
  });
  const plex = await startPlexServer({ sections: SECTIONS, ...options });
  t.after(() => plex.close());
  const dir = scratchDir(t);
  const dataDir = join(dir, 'data');
  const connection = { PLEX_URL: plex.url, PLEX_TOKEN: plex.token, PLEXSYNC_DATA_DIR: dataDir };
  const sql: Rig['sql'] = (text, file = 'queue.db') => {
    // Never makes the file: an empty one would be in the way of the process that is about to.
    const db = new Database(join(dataDir, file), { fileMustExist: true });
    try {
      const statement = db.prepare<[], Record<string, unknown>>(text);
      if (statement.reader) return statement.all();
      statement.run();
      return [];
    } finally {
      db.close();
    }
  };
  const start: Rig['start'] = (args, { env, ...options } = {}) => {
    const running = startBin(args, { ...options, env: { ...connection, ...env } });
    started.push(running);
    return running;
  };
  return {
    dir,
    dataDir,
    plex,
    env: connection,
    sql,
    run: async (args, { env, ...options } = {}) => await runMain(args, { ...options, env: { ...connection, ...env } }),
    spawn: async (args, options) => await start(args, options).ended,
    start,
    makeDue: () => void sql('UPDATE jobs SET available_at = 0'),
  };
}
