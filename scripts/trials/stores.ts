import { cpSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlexServer } from '../../src/simulator/plex/server.ts';
import { startPlexServer } from '../../src/simulator/plex/server.ts';
import { runMain } from '../../test/helpers/run-main.ts';
import { makeScratchDir, removeScratchDir } from '../../test/helpers/scratch.ts';
import type { Trial, TrialRun } from './trial.ts';
import { randomFrom } from './trial.ts';

const JOBS = 40;
const FILES = ['queue.db', 'dlq.db', 'index.db'] as const;
const COMMANDS = [['process'], ['stats', '--json'], ['dlq', 'list', '--json'], ['queue', 'list', '--json']];
/** Done, jobs failed, a wrong setting, a store that cannot be used; anything else is a crash. */
const KNOWN_EXITS = [0, 1, 2, 6];

/** Damages each file of a data directory in ways of its own: no command crashes, and a good copy loses nothing. */
export const storeTrial: Trial = {
  name: 'stores',
  about: 'files of the data directory are overwritten, cut off, emptied and removed',
  run: async (run) => {
    const dir = makeScratchDir('stores');
    const plex = await startPlexServer({ sections: [{ key: '1', title: 'Harbours', locations: ['/media'] }] });
    try {
      return await tryDamage(run, { plex, dir });
    } finally {
      await plex.close();
      removeScratchDir(dir);
    }
  },
};

type Place = { readonly plex: PlexServer; readonly dir: string };
type Random = () => number;

const DAMAGES: Readonly<Record<string, (file: string, random: Random) => void>> = {
  'some bytes overwritten': (file, random) => {
    const bytes = readFileSync(file);
    const start = Math.floor(random() * bytes.length);
    for (let index = start; index < Math.min(bytes.length, start + 1 + random() * 16); index += 1)
      bytes[index] = Math.floor(random() * 256);
    writeFileSync(file, bytes);
  },
  'a page overwritten': (file, random) => {
    const bytes = readFileSync(file);
    const page = Math.floor(random() * (bytes.length / 4_096)) * 4_096;
    for (let index = page; index < page + 4_096; index += 1) bytes[index] = Math.floor(random() * 256);
    writeFileSync(file, bytes);
  },
  'cut off': (file, random) => truncateSync(file, Math.floor(random() * statSync(file).size)),
  emptied: (file) => truncateSync(file, 0),
  removed: (file) => rmSync(file),
};

async function tryDamage({ size, seed, say }: TrialRun, { plex, dir }: Place): Promise<readonly string[]> {
  const random = randomFrom(seed);
  const good = join(dir, 'good');
  for (let id = 1; id <= JOBS; id += 1) plex.addItem({ sectionKey: '1', file: `/media/${id}.mp4`, title: 'old' });
  await fill(good, plex);
  const rounds = size === 'short' ? 2 : 40;
  const faults: string[] = [];
  const exits = new Map<number | null, number>();
  for (let round = 0; round < rounds; round += 1)
    for (const name of FILES)
      for (const [damage, act] of Object.entries(DAMAGES)) {
        const bad = join(dir, 'bad');
        cpSync(good, bad, { recursive: true });
        act(join(bad, name), random);
        for (const args of COMMANDS) {
          const { code, stderr } = await runIn(bad, plex, args);
          exits.set(code, (exits.get(code) ?? 0) + 1);
          const isKnown = code !== null && KNOWN_EXITS.includes(code);
          if (!isKnown || /\n\s+at /.test(stderr))
            faults.push(
              `${name} ${damage} (round ${round}): ${args.join(' ')} ended with ${code}: ${stderr.slice(-600)}`,
            );
        }
        rmSync(bad, { recursive: true });
      }
  say(`${rounds} rounds; ${[...exits].map(([code, count]) => `exit ${code}: ${count}`).join(', ')}`);
  return faults;
}

/** A data directory with known scenes, waiting jobs, dead letters and an index. */
async function fill(dataDir: string, plex: PlexServer): Promise<void> {
  const scenes = Array.from({ length: JOBS }, (_, index) => ({
    scene_id: index + 1,
    path: `/media/${index + 1}.mp4`,
    title: `Lighthouse ${index + 1}`,
    tags: ['fog', 'gulls'],
  }));
  await runIn(dataDir, plex, ['enqueue', '--file', '-'], JSON.stringify(scenes));
  await runIn(dataDir, plex, ['process']);
  const lift = plex.fail('edit', { kind: 'status', status: 400 }, Number.POSITIVE_INFINITY);
  await runIn(
    dataDir,
    plex,
    ['enqueue', '--file', '-'],
    JSON.stringify(scenes.slice(0, 5).map((scene) => ({ ...scene, title: 'Refused' }))),
  );
  await runIn(dataDir, plex, ['process']);
  lift();
  await runIn(
    dataDir,
    plex,
    ['enqueue', '--file', '-'],
    JSON.stringify(scenes.slice(10, 30).map((scene) => ({ ...scene, title: 'Waits' }))),
  );
}

async function runIn(dataDir: string, plex: PlexServer, args: readonly string[], input?: string) {
  const env = { PLEX_URL: plex.url, PLEX_TOKEN: plex.token, PLEXSYNC_DATA_DIR: dataDir };
  return await runMain(args, input === undefined ? { env } : { env, input });
}
