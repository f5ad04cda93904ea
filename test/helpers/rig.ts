/** A world of its own for one test: a simulated Plex, a data directory, and the built program. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import type { PlexServer, PlexServerOptions } from '../../src/simulator/plex/server.ts';
import { startPlexServer } from '../../src/simulator/plex/server.ts';
import type { Result, RunOptions } from './run-main.ts';
import { runMain } from './run-main.ts';
import { NO_HOME, scratchDir } from './scratch.ts';

export const BIN = fileURLToPath(new URL('../../bin/plexsync.js', import.meta.url));

export type SpawnOptions = RunOptions & {
  /** Called with the process id once it runs. */
  readonly onSpawn?: (pid: number) => void;
};

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
  spawn(args: readonly string[], options?: SpawnOptions): Promise<Result>;
  /** Reads or changes rows of `queue.db`, or of `dlq.db`. */
  sql(text: string, file?: 'queue.db' | 'dlq.db'): Record<string, unknown>[];
  /** Makes every waiting job due now, as if its time had come. */
  makeDue(): void;
};

const SECTIONS: PlexServerOptions['sections'] = [{ key: '1', title: 'Adult', locations: ['/media'] }];

export async function setup(t: TestContext, options: Partial<PlexServerOptions> = {}): Promise<Rig> {
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
  return {
    dir,
    dataDir,
    plex,
    env: connection,
    sql,
    run: async (args, runOptions = {}) =>
      await runMain(args, { ...runOptions, env: { ...connection, ...runOptions.env } }),
    spawn: async (args, runOptions = {}) =>
      await runBin(args, { ...runOptions, env: { ...connection, ...runOptions.env } }),
    makeDue: () => void sql('UPDATE jobs SET available_at = 0'),
  };
}

/** Runs the bin in an environment that holds nothing but what is given. */
export async function runBin(args: readonly string[], { input, env, onSpawn }: SpawnOptions = {}): Promise<Result> {
  return await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, ...args], {
      env: { PATH: process.env['PATH'] ?? '', HOME: NO_HOME, ...env },
    });
    const chunks = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (chunks.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (chunks.stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...chunks }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
    if (child.pid !== undefined) onSpawn?.(child.pid);
  });
}
