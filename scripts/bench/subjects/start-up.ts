import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchDir, enqueueScenes, execSql } from '../data-dir.ts';
import { BIN, costOf, interleaved, ratios, withDir } from '../measure.ts';
import type { Subject } from '../subject.ts';

const EVENT = {
  args: { hookContext: { id: 1, type: 'Scene.Update.Post', input: { id: '1' }, inputFields: ['id', 'title'] } },
};

/** What a command costs before it does much, beside a Node that does nothing. */
export const startUp: Subject = {
  name: 'start-up',
  run: ({ rounds }) =>
    withDir(async (dir) => {
      const [intake, idle] = [benchDir(dir, 'intake'), benchDir(dir, 'idle')];
      enqueueScenes(idle, { count: 1, title: 'Pier' });
      execSql(idle, 'DELETE FROM jobs');
      const event = join(dir, 'event.json');
      writeFileSync(event, JSON.stringify(EVENT));
      const scene = ['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Pier'];
      const costs = await interleaved(rounds(41), {
        bare: () => costOf({ args: ['-e', '0'] }),
        version: () => costOf({ args: [BIN, '--version'], env: { HOME: dir } }),
        enqueue: () => costOf(intake.plexsync(scene)),
        hook: () => costOf(intake.plexsync(['hook'], { stdin: event })),
        idle: () => costOf(idle.plexsync(['process'])),
        stats: () => costOf(idle.plexsync(['stats', '--json'])),
      });
      const { bare, ...ours } = costs;
      return Object.fromEntries(
        Object.entries(ours).flatMap(([name, measured]) => [
          [`start-${name}`, ratios(measured, bare, 'wallMs')],
          [`start-${name}-cpu`, ratios(measured, bare, 'cpuMs')],
        ]),
      );
    }),
};
