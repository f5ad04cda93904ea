import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError, UsageError } from '../../core/model/errors.ts';
import { QUEUE_SCHEMA } from '../../queue/store/migrations.ts';
import { noteStash } from '../../queue/tables/jobs/awaits-stash.ts';
import { noteQuiet } from '../../queue/tables/paused.ts';
import { openStores } from '../../queue/work/open-stores.ts';
import { loadSettings } from '../../settings/load.ts';
import type { Context } from './context.ts';
import { quietUntil } from './paused.ts';

/**
 * Tells `stats` and others that read the queue and no settings what the quiet hours are, and whether there is a Stash to
 * ask, now that the settings were changed. Where that cannot be, the next run does.
 */
export async function renewNotes(configFile: string | undefined, { dataDir, env, now }: Context): Promise<void> {
  if (!existsSync(join(dataDir.path, QUEUE_SCHEMA.fileName))) return;
  try {
    const { settings } = await loadSettings({ flags: {}, env, dataDir: dataDir.path, configFile });
    const stores = openStores(dataDir);
    try {
      noteStash(stores.queueDb, settings.stash_url === undefined ? 'not_asked' : 'asked');
      noteQuiet(stores, quietUntil(settings.quiet_hours, now()));
    } finally {
      stores.close();
    }
  } catch (thrown) {
    if (!(thrown instanceof UsageError) && !(thrown instanceof StoreError)) throw thrown;
  }
}
