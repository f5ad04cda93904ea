import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hookScript } from '../../../src/commands/shared/plugin/hook-script.ts';
import { prepareSpool, spoolOf } from '../../../src/spool/layout.ts';
import type { Cost } from '../measure.ts';
import { interleaved, ratios, withDir } from '../measure.ts';
import type { Subject } from '../subject.ts';

const EVENTS = 50;
// A shell starts them: to start anything from here costs more than they do.
const LOOP = `n=0; while [ $n -lt ${EVENTS} ]; do "$@" <"$0" >/dev/null 2>&1; n=$((n + 1)); done`;

/** What a save in Stash waits for at each scene, beside the least that can take in an event at all. */
export const hookFront: Subject = {
  name: 'hook-front',
  run: ({ rounds }) =>
    withDir(async (dir) => {
      const spool = spoolOf(dir);
      prepareSpool(spool, 'same_user');
      const [script, input] = [join(dir, 'front.sh'), join(dir, 'event.json')];
      writeFileSync(script, hookScript(spool.path));
      const context = { id: 1, type: 'Scene.Update.Post', input: 'h'.repeat(2_000) };
      writeFileSync(input, JSON.stringify({ args: { hookContext: context } }));
      const looped = (command: readonly string[]) => (): Promise<Cost> => {
        const startedAt = performance.now();
        const { status } = spawnSync('sh', ['-c', LOOP, input, ...command], { stdio: 'ignore' });
        if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}`);
        const wallMs = performance.now() - startedAt;
        return Promise.resolve({ wallMs, cpuMs: Number.NaN, peakMiB: Number.NaN });
      };
      const costs = await interleaved(rounds(21), { cat: looped(['sh', '-c', 'cat']), front: looped(['sh', script]) });
      return { 'hook-front': ratios(costs.front, costs.cat, 'wallMs') };
    }),
};
