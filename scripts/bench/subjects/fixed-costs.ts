import type { BenchDir } from '../data-dir.ts';
import { benchDir, enqueueScenes, execSql, syncScenes } from '../data-dir.ts';
import type { Cost, Program } from '../measure.ts';
import { costOf, interleaved, ratios, withDir } from '../measure.ts';
import type { Servers } from '../servers.ts';
import { withServers } from '../servers.ts';
import type { BenchSize, Subject } from '../subject.ts';

const FEW_WAITING = 1_000;
const FEW_KNOWN = 10;
const JOBS = 5;
// Each directory has items of its own: one must not find what the other has written.
const FROM = { few: 0, many: FEW_WAITING } as const;
const ITEMS = 2 * FEW_WAITING;
const SCENE = ['enqueue', '1', '--path', '/media/0.mp4', '--title', 'Pier'];
/** Puts all that waits off until tomorrow. */
const LATER = `UPDATE jobs SET available_at = ${Date.now() + 86_400_000}`;

/** What a scene usually has besides its title. */
const WHOLE = {
  details: 'The harbour lies still, and a lamp is lit at the end of the pier. '.repeat(8),
  date: '2021-05-04',
  studio: 'Quay',
  performers: ['Ada Marsh', 'Ben Reed', 'Cleo Sands'],
  tags: Array.from({ length: 20 }, (_, index) => `harbour ${index}`),
};

type Pair = { readonly few: BenchDir; readonly many: BenchDir };

/** What a command costs on the directory that holds much, over the same on the one that holds little. */
async function grown(
  pair: Pair,
  rounds: number,
  programOf: (data: BenchDir, from: number) => Program,
): Promise<readonly number[]> {
  const measured = (which: keyof Pair) => (): Promise<Cost> => costOf(programOf(pair[which], FROM[which]));
  const { few, many } = await interleaved(rounds, { few: measured('few'), many: measured('many') });
  return ratios(many, few, 'cpuMs');
}

/** A run that takes on so many of the jobs that are due. */
function runOfJobs(jobs: number) {
  return (data: BenchDir): Program => data.plexsync(['process', '--quiet', '--limit', String(jobs)]);
}

/** Directories in which jobs have waited for their file, and enough others are due. */
function absentPair(dir: string, servers: Servers, many: number): Pair {
  const pair = { few: benchDir(dir, 'few-absent', servers.env), many: benchDir(dir, 'many-absent', servers.env) };
  for (const [which, count] of [
    ['few', FEW_WAITING],
    ['many', many],
  ] as const) {
    const data = pair[which];
    enqueueScenes(data, { from: ITEMS, count, title: 'Mole' });
    execSql(data, `${LATER}, misses = 3`);
    enqueueScenes(data, { from: FROM[which], count: FEW_WAITING, title: 'Pier' });
  }
  return pair;
}

/** What waits must not make a run that takes on a little of it slower. */
export const waiting: Subject = {
  name: 'waiting',
  run: ({ many, rounds }) =>
    withDir((dir) =>
      withServers({ latencyMs: 0, items: ITEMS }, async (servers) => {
        const pair = { few: benchDir(dir, 'few', servers.env), many: benchDir(dir, 'many', servers.env) };
        enqueueScenes(pair.few, { from: FROM.few, count: FEW_WAITING, title: 'Pier' });
        enqueueScenes(pair.many, { from: FROM.many, count: many, title: 'Pier' });
        const runs = rounds(41);
        const run = await grown(pair, runs, runOfJobs(JOBS));
        const absent = absentPair(dir, servers, many);
        for (const data of [pair.few, pair.many]) execSql(data, LATER);
        const idle = await grown(pair, runs, (data) => data.plexsync(['process', '--quiet']));
        return {
          'waiting-run': run,
          'waiting-idle': idle,
          'waiting-absent': await grown(absent, runs, runOfJobs(JOBS)),
          'waiting-enqueue': await grown(pair, runs, (data) => data.plexsync(SCENE)),
          'waiting-stats': await grown(pair, runs, (data) => data.plexsync(['stats', '--json'])),
        };
      }),
    ),
};

/** Copies what is kept of one written scene, until that of `many` scenes is there. */
function copiesOfScene(sceneId: number, many: number): string {
  return `
    CREATE TEMP TABLE numbers AS
      WITH RECURSIVE up (n) AS (SELECT ${ITEMS} UNION ALL SELECT n + 1 FROM up WHERE n < ${ITEMS + many}) SELECT n FROM up;
    CREATE TEMP TABLE one_scene AS SELECT * FROM scenes WHERE scene_id = ${sceneId};
    CREATE TEMP TABLE one_edit AS SELECT * FROM journal WHERE scene_id = ${sceneId} LIMIT 1;
    CREATE TRIGGER temp.copy AFTER INSERT ON temp.numbers BEGIN
      UPDATE one_scene SET scene_id = NEW.n, rating_key = 'copy ' || NEW.n;
      INSERT INTO scenes SELECT * FROM one_scene;
      UPDATE one_edit SET id = NEW.n, scene_id = NEW.n, rating_key = 'copy ' || NEW.n;
      INSERT INTO journal SELECT * FROM one_edit;
    END;
    INSERT INTO numbers SELECT n FROM numbers;
    DROP TRIGGER temp.copy`;
}

async function knownPair(dir: string, servers: Servers, { many }: BenchSize): Promise<Pair> {
  const pair = { few: benchDir(dir, 'few', servers.env), many: benchDir(dir, 'many', servers.env) };
  for (const which of ['few', 'many'] as const)
    await syncScenes(pair[which], { from: FROM[which], count: FEW_KNOWN, title: 'Pier', more: WHOLE });
  execSql(pair.many, copiesOfScene(FROM.many + 1, many));
  return pair;
}

/** What was ever written must not make a run slower. */
export const known: Subject = {
  name: 'known',
  run: (bench) =>
    withDir((dir) =>
      withServers({ latencyMs: 0, items: ITEMS }, async (servers) => {
        const pair = await knownPair(dir, servers, bench);
        const runs = bench.rounds(41);
        const idle = await grown(pair, runs, (data) => data.plexsync(['process', '--quiet']));
        let edit = 0;
        const run = await grown(pair, runs, (data, from) => {
          edit += 1;
          enqueueScenes(data, { from, count: JOBS, title: `Edit ${edit}` });
          return data.plexsync(['process', '--quiet']);
        });
        return {
          'known-idle': idle,
          'known-run': run,
          'known-enqueue': await grown(pair, runs, (data) => data.plexsync(SCENE)),
          'known-stats': await grown(pair, runs, (data) => data.plexsync(['stats', '--json'])),
        };
      }),
    ),
};

/** Copies a letter into `many`, of files that Plex does not have. */
function copiesOfLetter(many: number): string {
  return `
    WITH RECURSIVE up (n) AS (SELECT ${ITEMS} UNION ALL SELECT n + 1 FROM up WHERE n < ${ITEMS + many})
    INSERT INTO dead_letters (job_id, job_key, scene_id, job_data, stamps, error_type, error_message, retry_count, failed_at)
      SELECT n, 'copy ' || n, n, json_object('scene_id', n, 'path', '/media/mole ' || n || '.mp4', 'title', 'Mole ' || n),
        '{"path":1,"title":1}', 'PlexNotFound', 'No Plex item found', 12, '${new Date().toISOString()}'
      FROM up`;
}

/** Letters are kept for a month, and must not make a run slower. */
export const letters: Subject = {
  name: 'letters',
  run: ({ many, rounds }) =>
    withDir((dir) =>
      withServers({ latencyMs: 0, items: ITEMS }, async (servers) => {
        const pair = { few: benchDir(dir, 'few', servers.env), many: benchDir(dir, 'many', servers.env) };
        for (const [which, count] of [
          ['few', FEW_KNOWN],
          ['many', many],
        ] as const) {
          const [data, from] = [pair[which], FROM[which]];
          await syncScenes(data, { from, count: FEW_KNOWN, title: 'Pier' });
          execSql(data, copiesOfLetter(count), 'dlq.db');
          enqueueScenes(data, { from, count: FEW_WAITING, title: 'Second pier' });
        }
        return {
          'letters-run': await grown(pair, rounds(41), runOfJobs(JOBS)),
          'letters-stats': await grown(pair, rounds(41), (data) => data.plexsync(['stats', '--json'])),
        };
      }),
    ),
};
