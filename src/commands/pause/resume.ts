import type { ResumeDocument } from '../../documents/resume.ts';
import { EXIT } from '../../exit.ts';
import { inStore } from '../../queue/store/store-errors.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { storesName } from '../../queue/store/stores.ts';
import type { Paused } from '../../queue/tables/paused.ts';
import { readPause, savePause } from '../../queue/tables/paused.ts';
import { allowRemovals, removalsWaiting } from '../../queue/tables/planned-values.ts';
import { prepareServerState, serverWords } from '../../queue/tables/server-state.ts';
import type { Stop } from '../../queue/tables/stopped.ts';
import { readStop, saveStop } from '../../queue/tables/stopped.ts';
import { openStores } from '../../queue/work/open-stores.ts';
import { confirm } from '../../terminal/confirm.ts';
import { utcTime } from '../../terminal/time.ts';
import type { Context } from '../shared/context.ts';
import { declined } from '../shared/declined.ts';

/** Ends what stops writing, as if it had not been met; asks before jobs may remove what they would. */
export async function run({ confirmed }: { readonly confirmed: 'yes' | 'ask' }, context: Context): Promise<number> {
  const { dataDir, streams, output, now } = context;
  const stores = openStores(dataDir);
  try {
    const stop = readStop(stores);
    const pause = readPause(stores, now());
    const jobs = inStore(storesName(stores.path), () => removalsWaiting(stores.queueDb));
    if (jobs > 0) {
      const question = `Let ${jobsOf(jobs)} of ${dataDir.path}${serverWords(stores.queueDb)} remove what plexsync wrote?`;
      const answer = await confirm(question, { yes: confirmed === 'yes', streams });
      if (answer !== 'yes') return declined(answer, context);
    }
    end(stores, now());
    if (output.json) output.resultJson(document({ stop, pause, jobs }), 2);
    else output.result(words({ stop, pause, jobs }));
    return EXIT.done;
  } finally {
    stores.close();
  }
}

/** What was refused is tried again at once too. */
function end(stores: Stores, now: number): void {
  const { queueDb: db, path } = stores;
  const all = db.transaction(() => {
    allowRemovals(db, now);
    const servers = prepareServerState(db);
    servers.saveRefusal(undefined);
    servers.saveStashTrouble(undefined);
    saveStop(stores, undefined);
    savePause(stores, undefined);
  });
  inStore(storesName(path), () => all.immediate());
}

type Ended = { readonly stop: Stop | undefined; readonly pause: Paused | undefined; readonly jobs: number };

function words({ stop, pause, jobs }: Ended): string {
  if (stop === undefined && pause === undefined && jobs === 0) return 'Nothing is stopped or paused.';
  const allowed = jobs === 0 ? '' : ` ${jobsOf(jobs)} may remove what they would.`;
  return `Writing goes on with the next run, or the next look of a watch.${allowed}`;
}

function jobsOf(count: number): string {
  return count === 1 ? '1 job' : `${count.toLocaleString('en')} jobs`;
}

function document({ stop, pause, jobs }: Ended): ResumeDocument {
  return {
    ended: stop === undefined ? null : { code: stop.code, since: utcTime(stop.since) },
    pause_ended: pause !== undefined,
    jobs_allowed: jobs,
  };
}
