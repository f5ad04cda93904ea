import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchDir, enqueueScenes, execSql, writeNdjson } from '../data-dir.ts';
import type { Cost } from '../measure.ts';
import { costOf, interleaved, ratios, withDir } from '../measure.ts';
import type { Subject } from '../subject.ts';

const RAW_INSERTS = fileURLToPath(new URL('../children/raw-inserts.cjs', import.meta.url));

/** Many scenes by one command, beside better-sqlite3 alone with the same rows in the same table. */
export const bulk: Subject = {
  name: 'bulk',
  run: ({ many, rounds }) =>
    withDir(async (dir) => {
      const [empty, full, data] = [benchDir(dir, 'empty'), benchDir(dir, 'full'), benchDir(dir, 'data')];
      const file = join(dir, 'scenes.ndjson');
      writeNdjson(file, { count: many, title: 'Mole' });
      enqueueScenes(empty, { count: 1, title: 'Pier' });
      execSql(empty, 'DELETE FROM jobs');
      enqueueScenes(full, { count: many, title: 'Pier' });
      const startingWith = (before: string): void => {
        rmSync(data.path, { recursive: true, force: true });
        cpSync(before, data.path, { recursive: true });
      };
      const ours = (before: string) => (): Promise<Cost> => {
        startingWith(before);
        return costOf(data.plexsync(['enqueue', '--file', file], { memory: 'told' }));
      };
      const raw = (before: string, how: 'insert' | 'merge') => (): Promise<Cost> => {
        startingWith(before);
        return costOf({ args: [RAW_INSERTS, join(data.path, 'queue.db'), String(many), how] });
      };
      const costs = await interleaved(rounds(9), {
        insert: ours(empty.path),
        rawInsert: raw(empty.path, 'insert'),
        merge: ours(full.path),
        rawMerge: raw(full.path, 'merge'),
      });
      return {
        'bulk-insert': ratios(costs.insert, costs.rawInsert, 'cpuMs'),
        'bulk-insert-memory': costs.insert.map(({ peakMiB }) => peakMiB),
        'bulk-merge': ratios(costs.merge, costs.rawMerge, 'cpuMs'),
        'bulk-merge-memory': costs.merge.map(({ peakMiB }) => peakMiB),
      };
    }),
};
