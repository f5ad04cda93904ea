/** Data directories of a bench: filled in process, since only what is measured needs a process of its own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { SceneData } from '../../src/core/model/scene.ts';
import { openIntake } from '../../src/queue/work/intake.ts';
import type { Cost, Env, Program } from './measure.ts';
import { BIN, costOf, FIRST_RUNS } from './measure.ts';

export type BenchDir = {
  readonly path: string;
  /** A command line of plexsync on this directory. */
  plexsync(args: readonly string[], more?: Pick<Program, 'stdin' | 'memory'>): Program;
};

/** A data directory that is not there yet, in `dir`, which is the home of the compiled code as well. */
export function benchDir(dir: string, name: string, servers: Env = {}): BenchDir {
  const path = join(dir, name);
  const env = { HOME: dir, PLEXSYNC_DATA_DIR: path, ...servers };
  mkdirSync(dir, { recursive: true });
  return { path, plexsync: (args, more = {}) => ({ args: [BIN, ...args], env, ...more }) };
}

export type Scenes = {
  readonly from?: number;
  readonly count: number;
  readonly title: string;
  /** What each scene has besides. */
  readonly more?: SceneData;
};

/** One file of the simulated Plex a scene, beginning with scene `from`. */
function scenesOf({ from = 0, count, title, more }: Scenes) {
  return Array.from({ length: count }, (_, offset) => ({
    sceneId: from + offset + 1,
    path: `/media/${from + offset}.mp4`,
    title: `${title} ${from + offset}`,
    ...more,
  }));
}

export function enqueueScenes({ path }: BenchDir, scenes: Scenes): void {
  const intake = openIntake({ path, origin: 'the bench' });
  const edits = scenesOf(scenes).map(({ sceneId, ...data }) => ({ sceneId, bare: false, data }));
  intake.enqueue(edits, { priority: 'hand', now: Date.now() });
  intake.close();
}

export function writeNdjson(file: string, scenes: Scenes): void {
  const lines = scenesOf(scenes).map(({ sceneId, ...data }) => JSON.stringify({ scene_id: sceneId, ...data }));
  writeFileSync(file, `${lines.join('\n')}\n`);
}

/** Runs statements in a database of the directory, of the queue by default. */
export function execSql({ path }: BenchDir, sql: string, file: 'queue.db' | 'dlq.db' = 'queue.db'): void {
  const db = new Database(join(path, file), { fileMustExist: true });
  db.exec(sql);
  db.close();
}

/** The first runs of `process` on this directory, which write scene 1. */
export async function runFirst(dir: BenchDir): Promise<void> {
  for (let run = 1; run <= FIRST_RUNS; run += 1) await syncScenes(dir, { count: 1, title: `Run ${run}` });
}

/** Writes `count` scenes to Plex, so that they are known. */
export async function syncScenes(dir: BenchDir, scenes: Scenes): Promise<Cost> {
  enqueueScenes(dir, scenes);
  return await costOf(dir.plexsync(['process', '--quiet']));
}
