import type { ResumeDocument } from '../../documents/resume.ts';
import { EXIT } from '../../exit.ts';
import { inStore } from '../../queue/store/store-errors.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { storesName } from '../../queue/store/stores.ts';
import type { Paused } from '../../queue/tables/paused.ts';
import { readPause, readPaused, savePause } from '../../queue/tables/paused.ts';
import { allowRemovals, removalsWaiting } from '../../queue/tables/planned-values.ts';
import { prepareServerState, serverWords } from '../../queue/tables/server-state.ts';
import type { Stop } from '../../queue/tables/stopped.ts';
import { readStop, saveStop } from '../../queue/tables/stopped.ts';
import { openStores } from '../../queue/work/open-stores.ts';
import { confirm } from '../../terminal/confirm.ts';
import { localTime, utcTime } from '../../terminal/time.ts';
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
    const ended = { stop, pause, jobs, quietUntil: readPaused(stores, now())?.until };
    if (output.json) output.resultJson(document(ended), 2);
    else output.result(words(ended));
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

type Ended = {
  readonly stop: Stop | undefined;
  readonly pause: Paused | undefined;
  readonly jobs: number;
  /** When the quiet hours that it is now are over: they are a setting, and stay. */
  readonly quietUntil: number | undefined;
};

function words({ stop, pause, jobs, quietUntil }: Ended): string {
  const quiet = quietUntil === undefined ? '' : localTime(quietUntil);
  if (stop === undefined && pause === undefined && jobs === 0)
    return quiet === ''
      ? 'Nothing is stopped or paused.'
      : `Nothing is stopped or paused. Nothing is written before ${quiet} all the same, because of quiet_hours.`;
  const allowed = jobs === 0 ? '' : ` ${jobsOf(jobs)} may remove what they would.`;
  const when =
    quiet === '' ? 'with the next run, or the next look of a watch' : `at ${quiet}, once quiet_hours are over`;
  return `Writing goes on ${when}.${allowed}`;
}

function jobsOf(count: number): string {
  return count === 1 ? '1 job' : `${count.toLocaleString('en')} jobs`;
}

function document({ stop, pause, jobs, quietUntil }: Ended): ResumeDocument {
  return {
    ended: stop === undefined ? null : { code: stop.code, since: utcTime(stop.since) },
    pause_ended: pause !== undefined,
    jobs_allowed: jobs,
    quiet_until: quietUntil === undefined ? null : utcTime(quietUntil),
  };
}
