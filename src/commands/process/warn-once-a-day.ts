import { isToldToday } from '../../core/failures/told-today.ts';
import { foreign, say } from '../../core/text/sentence.ts';
import type { Stores } from '../../queue/store/stores.ts';
import type { Context } from '../shared/context.ts';

/** Prints warnings that hold for each run at most once a day. */
export async function warnOnceADay(
  stores: Stores,
  warnings: readonly string[],
  { output, now }: Context,
): Promise<void> {
  const { openAlertMemory } = await import('../../queue/tables/alert-memory.ts');
  const notices = openAlertMemory(stores);
  for (const warning of warnings) {
    if (isToldToday(notices.complainedAt(warning), now())) continue;
    output.log('warning', say`[PlexSync] ${foreign(warning)}`);
    notices.noteComplaint(warning, now());
  }
}
