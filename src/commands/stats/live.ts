import { foreign, say } from '../../core/text/sentence.ts';
import type { LiveDocument } from '../../documents/stats.ts';
import { EXIT } from '../../exit.ts';
import { openStoresToRead } from '../../queue/store/stores.ts';
import type { WatchLook } from '../../queue/tables/watch-look.ts';
import { longestSilenceMs, readWatchLook } from '../../queue/tables/watch-look.ts';
import type { WatchWork } from '../../queue/views/watch-work.ts';
import { watchWork } from '../../queue/views/watch-work.ts';
import { localTime, utcTime } from '../../terminal/time.ts';
import type { Context } from '../shared/context.ts';

/** Says whether a watch is at work: it looked lately, or is at what takes long. Dead letters and outages are no ill health. */
export function checkLive({ dataDir, output, now }: Context): number {
  const stores = openStoresToRead(dataDir);
  try {
    const look = readWatchLook(stores);
    const recent = isRecent(look, now()) ? look : undefined;
    const work = recent === undefined ? watchWork(stores, now()) : undefined;
    const isLive = recent !== undefined || work !== undefined;
    if (output.json) {
      const at = look === undefined ? null : utcTime(look.at);
      output.resultJson({ live: isLive, last_look_at: at } satisfies LiveDocument, 2);
    } else if (recent !== undefined) output.result(`ok: the watch looked at ${localTime(recent.at)}`);
    else if (work !== undefined) output.result(WORK_WORDS[work]);
    else output.log('error', say`plexsync: ${foreign(silenceWords(look))}`);
    return isLive ? EXIT.done : EXIT.jobsFailed;
  } finally {
    stores.close();
  }
}

const WORK_WORDS: Readonly<Record<WatchWork, string>> = {
  drain: 'ok: the watch is writing what is due',
  tasks: 'ok: the watch is at a task of the plugin',
};

/** A look in the future was noted by a wrong clock. */
function isRecent(look: WatchLook | undefined, now: number): boolean {
  return look !== undefined && look.at <= now && now - look.at <= longestSilenceMs(look);
}

function silenceWords(look: WatchLook | undefined): string {
  if (look === undefined) return 'no watch has looked here yet: plexsync process --watch';
  return `the watch has not looked since ${localTime(look.at)}`;
}
