import { unreachable } from '../core/errors.ts';
import type { TaskMode } from '../core/hook-event.ts';
import { EXIT } from '../exit.ts';
import { readStats } from '../queue/stats.ts';
import type { Stores } from '../queue/stores.ts';
import { openStoresToRead } from '../queue/stores.ts';
import type { Context } from './context.ts';
import { sum } from './stats-document.ts';

/** Where a task is answered: what is open already must not be opened by another way (POSIX locks go with its closing). */
export type TaskPlace = { readonly stores: Stores } | { readonly configFile: string | undefined };

/** Does what a task of the plugin asks for; what there is to say goes to the log, which is what Stash shows. */
export async function answerTask(mode: TaskMode, place: TaskPlace, context: Context): Promise<number> {
  switch (mode) {
    case 'process':
      // Inside a run, that very run is it.
      return 'stores' in place ? EXIT.done : await processQueue(place.configFile, context);
    case 'status':
      return status(place, context);
    case 'sync_all':
    case 'sync_recent':
      context.output.log(
        'warning',
        '[PlexSync] Scenes cannot be asked of Stash yet, so that none was enqueued. Use plexsync enqueue with their ids.',
      );
      return EXIT.done;
    default:
      return unreachable(mode);
  }
}

/** As a person would, with what environment and config file say. */
async function processQueue(configFile: string | undefined, context: Context): Promise<number> {
  const { run } = await import('./process.ts');
  return await run(
    {
      flags: {},
      configFile,
      statsOnly: false,
      limit: undefined,
      maxTime: undefined,
      audience: 'person',
      mode: 'write',
      parallel: false,
      adoptServer: false,
    },
    context,
  );
}

function status(place: TaskPlace, context: Context): number {
  if ('stores' in place) return logStatus(place.stores, context);
  const stores = openStoresToRead(context.dataDir);
  try {
    return logStatus(stores, context);
  } finally {
    stores.close();
  }
}

function logStatus(stores: Stores, { output, now }: Context): number {
  const stats = readStats(stores, now());
  const say = (text: string): void => output.log('info', `[PlexSync] ${text}`);
  const types = Object.entries(stats.deadLetters).map(([type, count]) => `${count} ${type}`);
  const { due, retry, not_found, no_stash } = stats.waiting;
  say('=== Queue Status ===');
  say(`Pending: ${stats.pending} (${due} due, ${retry} to retry, ${not_found} not in Plex yet, ${no_stash} held)`);
  say(`In Progress: ${stats.inProgress}`);
  say(`Completed: ${stats.totals.updated + stats.totals.unchanged}`);
  say(`Failed: ${stats.totals.dead_lettered}`);
  say(`Dead Letter Queue: ${sum(stats.deadLetters)}${types.length === 0 ? '' : ` (${types.join(', ')})`}`);
  return EXIT.done;
}
