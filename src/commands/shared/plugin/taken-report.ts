import { ours, say } from '../../../core/text/sentence.ts';
import type { TakenEvent } from '../../../queue/work/intake.ts';
import type { Context } from '../context.ts';

/** Up to this many scenes get a line each; more are summed up in one. */
const MOST_LINES = 10;

/** Reports which scenes got a job, and which were forgotten. */
export function reportTaken(results: readonly TakenEvent[], tookMs: number, output: Context['output']): void {
  const took = say`in ${ours(tookMs.toFixed(1))}ms`;
  const synced = [...new Set(results.flatMap((taken) => (taken.kind === 'sync' ? [taken.sceneId] : [])))];
  if (synced.length > MOST_LINES)
    output.log(
      'info',
      say`[PlexSync Hook] Enqueued sync jobs for ${ours(synced.length.toLocaleString('en'))} scenes ${took}`,
    );
  else
    for (const sceneId of synced)
      output.log('info', say`[PlexSync Hook] Enqueued sync job for scene ${sceneId} ${took}`);
  const forgotten = results.flatMap((taken) => (taken.kind === 'forget' ? [taken] : []));
  const dropped = forgotten.filter(({ droppedJobId }) => droppedJobId !== undefined).length;
  if (forgotten.length > MOST_LINES)
    output.log(
      'info',
      say`[PlexSync Hook] ${ours(forgotten.length.toLocaleString('en'))} scenes are gone from Stash: forgotten, and ${dropped} waiting jobs dropped`,
    );
  else
    for (const { sceneId, droppedJobId } of forgotten)
      output.log(
        'info',
        say`[PlexSync Hook] Scene ${sceneId} is gone from Stash: forgotten${droppedJobId === undefined ? '' : say`, and its waiting job ${droppedJobId} dropped`}`,
      );
}
