/** A world of its own for one test: a simulated Plex, a data directory, and the real bin. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import type { PlexServer, PlexServerOptions } from '../../src/simulator/plex/server.ts';
import { startPlexServer } from '../../src/simulator/plex/server.ts';

export const BIN = fileURLToPath(new URL('../../bin/plexsync.js', import.meta.url));

export type Result = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type RunOptions = {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with the process id once it runs. */
  readonly onSpawn?: (pid: number) => void;
};

export type Rig = {
  readonly dir: string;
  readonly dataDir: string;
  readonly plex: PlexServer;
  /** The data directory and the server's address, as `run` gives them. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs the bin with the data directory and the server's address in its environment. */
  run(args: readonly string[], options?: RunOptions): Promise<Result>;
  /** Reads or changes rows of `queue.db`, or of `dlq.db`. */
  sql(text: string, file?: 'queue.db' | 'dlq.db'): Record<string, unknown>[];
  /** Makes every waiting job due now, as if its time had come. */
  makeDue(): void;
};

const SECTIONS: PlexServerOptions['sections'] = [{ key: '1', title: 'Adult', locations: ['/media'] }];

export async function setup(t: TestContext, options: Partial<PlexServerOptions> = {}): Promise<Rig> {
  const plex = await startPlexServer({ sections: SECTIONS, ...options });
  t.after(() => plex.close());
  const dir = mkdtempSync(join(tmpdir(), 'plexsync-test-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
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
      await runBin(args, { ...runOptions, env: { ...connection, ...runOptions.env } }),
    makeDue: () => void sql('UPDATE jobs SET available_at = 0'),
  };
}

/** Runs the bin in an environment that holds nothing but what is given. */
export async function runBin(args: readonly string[], { input, env, onSpawn }: RunOptions = {}): Promise<Result> {
  return await new Promise((resolve, reject) => {
    const home = join(tmpdir(), 'plexsync-test-no-home');
    const child = spawn(process.execPath, [BIN, ...args], {
      env: { PATH: process.env['PATH'] ?? '', HOME: home, ...env },
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
