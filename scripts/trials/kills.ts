import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { SceneEdit } from '../../src/core/model/scene.ts';
import { openIntake } from '../../src/queue/work/intake.ts';
import type { PlexServer } from '../../src/simulator/plex/server.ts';
import { startPlexServer } from '../../src/simulator/plex/server.ts';
import { makeScratchDir, removeScratchDir } from '../../test/helpers/scratch.ts';
import type { Running } from '../../test/helpers/start-bin.ts';
import { startBin } from '../../test/helpers/start-bin.ts';
import type { Trial, TrialRun } from './trial.ts';
import { randomFrom } from './trial.ts';

/** Several batches, so that kills come while they overlap. */
const SCENES = 360;
/** Runs that end what the kills have left; a job that five kills hit alone becomes a letter, and is retried. */
const MOST_LAST_RUNS = 20;
/** Longer than a start takes, so that some kills come before, some in, and some after the writes. */
const LONGEST_LIFE_MS = 450;

/** Kills `process` at random moments while edits come in: in the end each scene is as it was last said. */
export const killTrial: Trial = {
  name: 'kills',
  about: 'process is killed at random moments while edits come in',
  run: async (run) => {
    const dir = makeScratchDir('kills');
    const plex = await startPlexServer({ sections: [{ key: '1', title: 'Harbours', locations: ['/media'] }] });
    try {
      return await tryKills(run, { plex, dataDir: join(dir, 'data') });
    } finally {
      await plex.close();
      removeScratchDir(dir);
    }
  },
};

type Place = { readonly plex: PlexServer; readonly dataDir: string };
type Said = { readonly title: string; readonly tags: readonly string[] };

async function tryKills({ size, seed, say }: TrialRun, place: Place): Promise<readonly string[]> {
  const { plex, dataDir } = place;
  const random = randomFrom(seed);
  const kills = size === 'short' ? 30 : 300;
  const ratingKeys = Array.from({ length: SCENES }, (_, index) =>
    plex.addItem({ sectionKey: '1', file: `/media/${index + 1}.mp4`, title: 'old', genres: ['by hand'] }),
  );
  plex.setLatency(2);
  const intake = openIntake({ path: dataDir, origin: 'the trial' });
  const said = new Map<number, Said>();
  let killed = 0;
  try {
    for (let round = 0; killed < kills; round += 1) {
      intake.enqueue(editsOf(round, random, said), { priority: 'hand', now: Date.now() });
      const running = start(place);
      await sleep(random() * LONGEST_LIFE_MS);
      intake.enqueue(editsOf(round + 0.5, random, said), { priority: 'hand', now: Date.now() });
      running.kill('SIGKILL');
      if ((await running.ended).signal === 'SIGKILL') killed += 1;
    }
  } finally {
    intake.close();
  }
  const runs = await drainAll(place);
  say(`${killed} kills, ${plex.count('edit')} writes, ${runs} runs afterwards`);
  return [...leftIn(dataDir), ...wrongAt(plex, ratingKeys, said)];
}

/** Edits of some scenes, and what each scene should be afterwards. */
function editsOf(round: number, random: () => number, said: Map<number, Said>): readonly SceneEdit[] {
  const isFlood = random() < 0.4;
  return Array.from({ length: isFlood ? SCENES : 1 + Math.floor(random() * 8) }, (_, index) => {
    const sceneId = isFlood ? index + 1 : 1 + Math.floor(random() * SCENES);
    const title = `Scene ${sceneId} of round ${round}`;
    // Never none: an empty list clears what a person has added as well.
    const tags = ['fog', ...['gulls', 'tide', 'lanterns'].filter(() => random() < 0.5)];
    said.set(sceneId, { title, tags });
    return { sceneId, bare: false, data: { path: `/media/${sceneId}.mp4`, title, tags } };
  });
}

function start({ plex, dataDir }: Place, args: readonly string[] = ['process']): Running {
  const access = { PLEX_URL: plex.url, PLEX_TOKEN: plex.token, PLEXSYNC_DATA_DIR: dataDir };
  // So many scenes lose tags that the guard would wait for a person.
  return startBin(args, { env: { ...access, PLEXSYNC_CONCURRENCY: '4', PLEXSYNC_MAX_REMOVALS: 'off' } });
}

async function drainAll(place: Place): Promise<number> {
  for (let run = 1; run <= MOST_LAST_RUNS; run += 1) {
    await start(place).ended;
    await start(place, ['dlq', 'retry', '--all', '--yes']).ended;
    query(place.dataDir, 'queue.db', 'UPDATE jobs SET available_at = 0');
    if (leftIn(place.dataDir).length === 0) return run;
  }
  return MOST_LAST_RUNS;
}

function leftIn(dataDir: string): readonly string[] {
  const jobs = query(dataDir, 'queue.db', 'SELECT scene_id, state, last_error FROM jobs');
  const letters = query(dataDir, 'dlq.db', 'SELECT scene_id, error_type, error_message FROM dead_letters');
  return [...jobs, ...letters].map((row) => `left over: ${JSON.stringify(row)}`);
}

function query(dataDir: string, file: string, sql: string): readonly unknown[] {
  const db = new Database(join(dataDir, file), { fileMustExist: true });
  try {
    const statement = db.prepare<[], unknown>(sql);
    if (statement.reader) return statement.all();
    statement.run();
    return [];
  } finally {
    db.close();
  }
}

function wrongAt(plex: PlexServer, ratingKeys: readonly string[], said: ReadonlyMap<number, Said>): readonly string[] {
  return [...said].flatMap(([sceneId, { title, tags }]) => {
    const item = plex.item(ratingKeys[sceneId - 1] ?? '');
    const right = JSON.stringify([title, ['by hand', ...tags].toSorted()]);
    const found = JSON.stringify([item?.title, item?.genres.toSorted()]);
    return found === right ? [] : [`scene ${sceneId} is ${found}, and ${right} was said last`];
  });
}
