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
const SCENE = ['enqueue', '1', '--path', '/media/0.mp4', '--title', 'Pier'];
/** Puts all that waits off until tomorrow. */
const LATER = `UPDATE jobs SET available_at = ${Date.now() + 86_400_000}`;

type Pair = { readonly few: BenchDir; readonly many: BenchDir };

/** What a command costs on the directory that holds much, over the same on the one that holds little. */
async function grown(pair: Pair, rounds: number, programOf: (data: BenchDir) => Program): Promise<readonly number[]> {
  const measured = (data: BenchDir) => (): Promise<Cost> => costOf(programOf(data));
  const { few, many } = await interleaved(rounds, { few: measured(pair.few), many: measured(pair.many) });
  return ratios(many, few, 'cpuMs');
}

/** What waits must not make a run that takes on a little of it slower. */
export const waiting: Subject = {
  name: 'waiting',
  run: ({ many, rounds }) =>
    withDir((dir) =>
      withServers({ latencyMs: 0, items: FEW_WAITING }, async (servers) => {
        const pair = { few: benchDir(dir, 'few', servers.env), many: benchDir(dir, 'many', servers.env) };
        enqueueScenes(pair.few, { count: FEW_WAITING, title: 'Pier' });
        enqueueScenes(pair.many, { count: many, title: 'Pier' });
        const runs = rounds(41);
        const run = await grown(pair, runs, (data) => data.plexsync(['process', '--quiet', '--limit', String(JOBS)]));
        for (const data of [pair.few, pair.many]) execSql(data, LATER);
        const idle = await grown(pair, runs, (data) => data.plexsync(['process', '--quiet']));
        return {
          'waiting-run': run,
          'waiting-idle': idle,
          'waiting-enqueue': await grown(pair, runs, (data) => data.plexsync(SCENE)),
          'waiting-stats': await grown(pair, runs, (data) => data.plexsync(['stats', '--json'])),
        };
      }),
    ),
};

/** Copies what is kept of one written scene, until that of `many` scenes is there. */
function copiesOfScene(many: number): string {
  return `
    CREATE TEMP TABLE numbers AS
      WITH RECURSIVE up (n) AS (SELECT 1000 UNION ALL SELECT n + 1 FROM up WHERE n < ${1_000 + many}) SELECT n FROM up;
    CREATE TEMP TABLE one_scene AS SELECT * FROM scenes WHERE scene_id = 1;
    CREATE TEMP TABLE one_edit AS SELECT * FROM journal WHERE scene_id = 1 LIMIT 1;
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
  for (const data of [pair.few, pair.many]) await syncScenes(data, { count: FEW_KNOWN, title: 'Pier' });
  execSql(pair.many, copiesOfScene(many));
  return pair;
}

/** What was ever written must not make a run slower. */
export const known: Subject = {
  name: 'known',
  run: (bench) =>
    withDir((dir) =>
      withServers({ latencyMs: 0, items: FEW_WAITING }, async (servers) => {
        const pair = await knownPair(dir, servers, bench);
        const runs = bench.rounds(41);
        const idle = await grown(pair, runs, (data) => data.plexsync(['process', '--quiet']));
        let edit = 0;
        const run = await grown(pair, runs, (data) => {
          edit += 1;
          enqueueScenes(data, { count: JOBS, title: `Edit ${edit}` });
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
