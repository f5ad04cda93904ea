import { foreign, say } from '../../core/text/sentence.ts';
import type { LiveDocument } from '../../documents/stats.ts';
import { EXIT } from '../../exit.ts';
import { openStoresToRead } from '../../queue/store/stores.ts';
import { prepareRuns } from '../../queue/tables/runs.ts';
import type { WatchLook } from '../../queue/tables/watch-look.ts';
import { longestSilenceMs, readWatchLook } from '../../queue/tables/watch-look.ts';
import { localTime, utcTime } from '../../terminal/time.ts';
import type { Context } from '../shared/context.ts';

/** Says whether a watch is at work: it looked lately, or a run is under way. Dead letters and outages are no ill health. */
export function checkLive({ dataDir, output, now }: Context): number {
  const stores = openStoresToRead(dataDir);
  try {
    const look = readWatchLook(stores);
    const isDraining = prepareRuns(stores.queueDb, stores.path).live() !== undefined;
    const isLive = isDraining || isRecent(look, now());
    if (output.json) {
      const at = look === undefined ? null : utcTime(look.at);
      output.resultJson({ live: isLive, last_look_at: at } satisfies LiveDocument, 2);
    } else if (isLive)
      output.result(isDraining ? 'ok: a run is under way' : `ok: the watch looked at ${localTime(look?.at ?? 0)}`);
    else output.log('error', say`plexsync: ${foreign(silenceWords(look))}`);
    return isLive ? EXIT.done : EXIT.jobsFailed;
  } finally {
    stores.close();
  }
}

/** A look in the future was noted by a wrong clock. */
function isRecent(look: WatchLook | undefined, now: number): boolean {
  return look !== undefined && look.at <= now && now - look.at <= longestSilenceMs(look);
}

function silenceWords(look: WatchLook | undefined): string {
  if (look === undefined) return 'no watch has looked here yet: plexsync process --watch';
  return `the watch has not looked since ${localTime(look.at)}`;
}
